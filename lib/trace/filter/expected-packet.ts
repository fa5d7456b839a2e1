import { ETHERTYPE } from '../../wire/ethernet.ts';
import type { Family } from '../../wire/ip-address.ts';
import { ipToBytes } from '../../wire/ip-address.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';

/** A frame that nobody saw, as far as it can be foretold. */
export interface ExpectedPacket {
  bytes: Buffer;
  /** Bytes that cannot be foretold, from and to. */
  unknown: [from: number, to: number][];
}

const LINK = 14;
const MAC_ADDRESSES: [number, number] = [0, 12];

/** The probe that a question sends. */
export function expectedProbe(
  by: 'icmp' | 'tcp' | 'udp' | 'arp',
  { family, source, target, port }: { family: Family; source: string; target: string; port: number | undefined },
): ExpectedPacket {
  if (by === 'arp') return expectedArp(source, target);
  const protocol = { icmp: family === 4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6, tcp: 6, udp: 17 }[by];
  const header = family === 4 ? 20 : 40;
  const bytes = Buffer.alloc(LINK + header + 20);
  const transport = LINK + header;
  writeNetwork(bytes, { family, protocol, source, target });
  const unknown: [number, number][] = [MAC_ADDRESSES, ...unknownNetwork(family)];
  if (by === 'icmp') {
    bytes.writeUInt8(family === 4 ? 8 : 128, transport);
    unknown.push([transport + 2, bytes.length]);
  } else {
    bytes.writeUInt16BE(port ?? 0, transport + 2);
    unknown.push(
      [transport, transport + 2],
      ...(port === undefined ? [[transport + 2, transport + 4] as [number, number]] : []),
    );
    // Of a TCP segment its flags: a SYN.
    if (by === 'tcp') {
      bytes.writeUInt8(0x02, transport + 13);
      unknown.push([transport + 4, transport + 13], [transport + 14, bytes.length]);
    } else unknown.push([transport + 4, bytes.length]);
  }
  return { bytes, unknown };
}

/** What a target answers to a probe that was seen: an echo reply, a SYN-ACK, a datagram, an ARP reply. */
export function expectedAnswer(probe: Buffer): ExpectedPacket | undefined {
  const bytes = Buffer.from(probe);
  const etherType = bytes.length >= LINK ? bytes.readUInt16BE(12) : 0;
  swap(bytes, 0, 6, 6);
  if (etherType === ETHERTYPE.arp && bytes.length >= LINK + 28) return answerArp(bytes);
  const family = etherType === ETHERTYPE.ipv4 ? 4 : etherType === ETHERTYPE.ipv6 ? 6 : undefined;
  if (!family || bytes.length < LINK + (family === 4 ? 20 : 40)) return undefined;
  const [at, length] = family === 4 ? [LINK + 12, 4] : [LINK + 8, 16];
  swap(bytes, at, at + length, length);
  const transport = LINK + (family === 4 ? (bytes.readUInt8(LINK) & 0xf) * 4 : 40);
  const protocol = bytes.readUInt8(family === 4 ? LINK + 9 : LINK + 6);
  const unknown: [number, number][] = [...unknownNetwork(family)];
  if (protocol === IP_PROTOCOL.icmp || protocol === IP_PROTOCOL.icmpv6) {
    const answers: Record<number, number> = { 8: 0, 128: 129 };
    const type = answers[bytes[transport] ?? 0];
    // A solicitation's answer is an advertisement, of another form.
    if (type === undefined) return undefined;
    bytes.writeUInt8(type, transport);
    unknown.push([transport + 2, transport + 4]);
  } else if ((protocol === IP_PROTOCOL.tcp || protocol === IP_PROTOCOL.udp) && bytes.length >= transport + 8) {
    swap(bytes, transport, transport + 2, 2);
    unknown.push([transport + 4, protocol === IP_PROTOCOL.tcp ? transport + 13 : bytes.length]);
    if (protocol === IP_PROTOCOL.tcp && bytes.length > transport + 13) {
      bytes.writeUInt8(0x12, transport + 13);
      unknown.push([transport + 14, bytes.length]);
    }
  } else return undefined;
  return { bytes, unknown };
}

function expectedArp(source: string, target: string): ExpectedPacket {
  const bytes = Buffer.alloc(LINK + 28);
  bytes.fill(0xff, 0, 6);
  bytes.writeUInt16BE(ETHERTYPE.arp, 12);
  Buffer.from([0, 1, 8, 0, 6, 4, 0, 1]).copy(bytes, LINK);
  ipToBytes(source).copy(bytes, LINK + 14);
  ipToBytes(target).copy(bytes, LINK + 24);
  return {
    bytes,
    unknown: [
      [6, 12],
      [LINK + 8, LINK + 14],
      [LINK + 18, LINK + 24],
    ],
  };
}

function answerArp(bytes: Buffer): ExpectedPacket {
  bytes.writeUInt16BE(2, LINK + 6);
  swap(bytes, LINK + 8, LINK + 18, 10);
  // Whose MAC address was asked for is what the answer tells.
  return {
    bytes,
    unknown: [
      [6, 12],
      [LINK + 8, LINK + 14],
    ],
  };
}

function writeNetwork(
  bytes: Buffer,
  { family, protocol, source, target }: { family: Family; protocol: number; source: string; target: string },
): void {
  bytes.writeUInt16BE(family === 4 ? ETHERTYPE.ipv4 : ETHERTYPE.ipv6, 12);
  bytes.writeUInt8(family === 4 ? 0x45 : 0x60, LINK);
  bytes.writeUInt8(protocol, family === 4 ? LINK + 9 : LINK + 6);
  const at = family === 4 ? LINK + 12 : LINK + 8;
  const from = ipToBytes(source);
  from.copy(bytes, at);
  ipToBytes(target).copy(bytes, at + from.length);
}

/** Lengths, identification, TTL and checksum. */
function unknownNetwork(family: Family): [number, number][] {
  if (family === 6)
    return [
      [LINK + 1, LINK + 6],
      [LINK + 7, LINK + 8],
    ];
  return [
    [LINK + 1, LINK + 6],
    [LINK + 8, LINK + 9],
    [LINK + 10, LINK + 12],
  ];
}

function swap(bytes: Buffer, a: number, b: number, length: number): void {
  const first = Buffer.from(bytes.subarray(a, a + length));
  bytes.copy(bytes, a, b, b + length);
  first.copy(bytes, b);
}
