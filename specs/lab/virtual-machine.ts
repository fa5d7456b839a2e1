import type { Namespace, TapQueue } from 'hairpin';
import { decodeArp, encodeArp } from '../../lib/wire/arp.ts';
import { checksum } from '../../lib/wire/checksum.ts';
import { decodeEthernet, ETHERTYPE, encodeEthernet } from '../../lib/wire/ethernet.ts';
import { decodeIpv4, encodeIpv4, IP_PROTOCOL } from '../../lib/wire/ipv4.ts';

const [ECHO_REQUEST, ECHO_REPLY] = [8, 0];

/** Plays a machine with one IPv4 address at a tap, until that is closed: it answers ARP and echoes. */
export async function playMachine(tap: TapQueue, mac: string, ip: string): Promise<void> {
  for await (const bytes of tap) {
    const answer = answerTo(bytes, mac, ip);
    if (answer) tap.write(answer);
  }
}

/**
 * Pings a machine that the spec plays. On a busy machine the spec's event loop takes longer to answer ARP than the 60 ms after which
 * a neighbour of a lab has failed.
 *
 * @returns what ping printed
 */
export async function pingMachine(from: Namespace, ip: string): Promise<string> {
  const patience = `net.ipv4.neigh.${from.interface().name}.retrans_time_ms`;
  const before = from.sysctl.get(patience);
  from.sysctl.set(patience, 10_000);
  from.neighbour.flush();
  const { stdout } = await from.exec('ping', ['-c1', '-W30', ip]);
  from.sysctl.set(patience, before);
  return stdout;
}

function answerTo(bytes: Buffer, mac: string, ip: string): Buffer | undefined {
  const frame = decodeEthernet(bytes);
  const arp = frame?.etherType === ETHERTYPE.arp ? decodeArp(frame.payload) : undefined;
  if (arp?.operation === 'request' && arp.targetIp === ip) {
    const { senderMac: targetMac, senderIp: targetIp } = arp;
    const payload = encodeArp({ operation: 'reply', senderMac: mac, senderIp: ip, targetMac, targetIp });
    return encodeEthernet({ destination: targetMac, source: mac, etherType: ETHERTYPE.arp, payload });
  }
  const packet = frame?.etherType === ETHERTYPE.ipv4 ? decodeIpv4(frame.payload) : undefined;
  if (!frame || packet?.destination !== ip || packet.protocol !== IP_PROTOCOL.icmp) return undefined;
  if (packet.payload[0] !== ECHO_REQUEST) return undefined;
  const echo = Buffer.from(packet.payload);
  echo[0] = ECHO_REPLY;
  echo.writeUInt16BE(0, 2);
  echo.writeUInt16BE(checksum(echo), 2);
  const payload = encodeIpv4({ source: ip, destination: packet.source, protocol: IP_PROTOCOL.icmp, payload: echo });
  return encodeEthernet({ destination: frame.source, source: mac, etherType: ETHERTYPE.ipv4, payload });
}
