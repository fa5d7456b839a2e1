import type { SeenPacket } from '../../netlink/netfilter/nft-trace.ts';
import { arpIn } from '../../wire/arp.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import { portsOf } from '../translation.ts';

export type FieldValue = string | number;

/** What nft calls the protocols of a probe. */
const PROTOCOLS: Record<number, string> = {
  [IP_PROTOCOL.icmp]: 'icmp',
  [IP_PROTOCOL.tcp]: 'tcp',
  [IP_PROTOCOL.udp]: 'udp',
  [IP_PROTOCOL.icmpv6]: 'icmpv6',
};

/** nft's other word for it, where a header or a packet is asked for its protocol. */
const ICMPV6 = 'ipv6-icmp';

/** The fields of a packet that rules ask for most, by nft's names. A field that a packet does not have is left out. */
export function fieldsOf(
  { frame, iif, oif }: SeenPacket,
  nameOf: (index: number) => string | undefined,
): Map<string, FieldValue> {
  const devices = { iifname: iif, oifname: oif, iif, oif };
  const all: Record<string, FieldValue | undefined> = { ...headers(frame) };
  for (const [name, index] of Object.entries(devices)) all[name] = index === undefined ? undefined : nameOf(index);
  return new Map(Object.entries(all).filter((field): field is [string, FieldValue] => field[1] !== undefined));
}

function headers(frame: Buffer): Record<string, FieldValue | undefined> {
  const arp = arpIn(frame);
  if (arp) return { 'arp operation': arp.operation, 'arp saddr ip': arp.senderIp, 'arp daddr ip': arp.targetIp };
  const packet = ipPacketOf(frame);
  if (!packet) return {};
  const { family, source, destination, protocol, payload } = packet;
  const ip = family === 4 ? 'ip' : 'ip6';
  const name = PROTOCOLS[protocol];
  const ports = portsOf(packet);
  const l4proto = name === 'icmpv6' ? ICMPV6 : name;
  return {
    nfproto: family === 4 ? 'ipv4' : 'ipv6',
    protocol: ip,
    l4proto,
    [`${ip} saddr`]: source,
    [`${ip} daddr`]: destination,
    [family === 4 ? 'ip protocol' : 'ip6 nexthdr']: l4proto,
    [family === 4 ? 'ip ttl' : 'ip6 hoplimit']: decodeEthernet(frame)?.payload[family === 4 ? 8 : 7],
    [`${name} sport`]: ports?.source,
    [`${name} dport`]: ports?.destination,
    'th sport': ports?.source,
    'th dport': ports?.destination,
    [`${name} type`]: name?.startsWith('icmp') ? payload[0] : undefined,
  };
}
