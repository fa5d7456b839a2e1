import { checksum } from './checksum.ts';
import { bytesToIp, type Family } from './ip-address.ts';
import { decodeIpv4, IP_PROTOCOL } from './ipv4.ts';
import { decodeIpv6 } from './ipv6.ts';
import { REDIRECT as ICMPV6_REDIRECT } from './neighbour-discovery.ts';

/** The types that a probe sends or understands: ICMP (RFC 792) and ICMPv6 (RFC 4443). */
export const ICMP_TYPE = {
  4: { echoRequest: 8, echoReply: 0, errors: [3, 11, 12] },
  6: { echoRequest: 128, echoReply: 129, errors: [1, 2, 3, 4] },
} as const;

/** The protocol above IP, by the version. */
export const ICMP_PROTOCOL = { 4: IP_PROTOCOL.icmp, 6: IP_PROTOCOL.icmpv6 } as const;

const HEADER = 8;

export interface IcmpEcho {
  identifier: number;
  sequence: number;
  payload: Uint8Array;
}

/** An ICMP error, and what it says of the packet that it is about. */
export interface IcmpError {
  type: number;
  code: number;
  /** In `ip`'s words: `host unreachable`. */
  reason: string;
  /** The packet that was refused, as far as it is quoted. */
  original: { destination: string; protocol: number; payload: Buffer };
}

/** An echo request. ICMPv6's checksum is left to the kernel, which a raw socket has compute it (RFC 3542 section 3.1). */
export function encodeEchoRequest(family: Family, { identifier, sequence, payload }: IcmpEcho): Buffer {
  const message = Buffer.alloc(HEADER + payload.length);
  message.writeUInt8(ICMP_TYPE[family].echoRequest, 0);
  message.writeUInt16BE(identifier, 4);
  message.writeUInt16BE(sequence, 6);
  message.set(payload, HEADER);
  if (family === 4) message.writeUInt16BE(checksum(message), 2);
  return message;
}

/** Undefined for anything but an echo reply. */
export function decodeEchoReply(family: Family, message: Buffer): (IcmpEcho & { payload: Buffer }) | undefined {
  if (message.length < HEADER || message.readUInt8(0) !== ICMP_TYPE[family].echoReply) return undefined;
  return decodeEcho(message);
}

/** Reads an echo's fields; for a request quoted in an error, whose payload may be cut off. */
export function decodeEcho(message: Buffer): IcmpEcho & { payload: Buffer } {
  return {
    identifier: message.readUInt16BE(4),
    sequence: message.readUInt16BE(6),
    payload: message.subarray(HEADER),
  };
}

/** Undefined for anything but an error that quotes eight bytes behind its packet's header, as all must. */
export function decodeIcmpError(family: Family, message: Buffer): IcmpError | undefined {
  if (message.length < HEADER) return undefined;
  const type = message.readUInt8(0);
  if (!ICMP_TYPE[family].errors.some((known) => known === type)) return undefined;
  const quoted = message.subarray(HEADER);
  const v4 = family === 4 ? decodeIpv4(quoted) : undefined;
  const v6 = family === 6 ? decodeIpv6(quoted) : undefined;
  const protocol = v4?.protocol ?? v6?.nextHeader;
  const original = v4 ?? v6;
  if (!original || protocol === undefined || original.payload.length < 8) return undefined;
  const code = message.readUInt8(1);
  return {
    type,
    code,
    reason: `${reasonOf(family, type, code)}${mtuWords(family, type, code, message)}`,
    original: { destination: original.destination, protocol, payload: original.payload },
  };
}

/** A router tells a host of a better next hop for a destination: RFC 792, and RFC 4861 section 4.5. */
interface IcmpRedirect {
  gateway: string;
  destination: string;
}

/** The type of a redirect. */
export const REDIRECT = { 4: 5, 6: ICMPV6_REDIRECT } as const;

/** Undefined for anything but a redirect that names both addresses. */
export function decodeRedirect(family: Family, message: Buffer): IcmpRedirect | undefined {
  if (message[0] !== REDIRECT[family]) return undefined;
  if (family === 4) {
    const original = decodeIpv4(message.subarray(HEADER));
    return original && { gateway: bytesToIp(message.subarray(4, 8)), destination: original.destination };
  }
  if (message.length < 40) return undefined;
  return { gateway: bytesToIp(message.subarray(8, 24)), destination: bytesToIp(message.subarray(24, 40)) };
}

/** Destination unreachable, port unreachable (RFC 792, RFC 4443 section 3.1). */
export function isPortUnreachable(family: Family, { type, code }: Pick<IcmpError, 'type' | 'code'>): boolean {
  return family === 4 ? type === 3 && code === 3 : type === 1 && code === 4;
}

const REASONS: Record<Family, Record<number, readonly string[] | string>> = {
  4: {
    3: [
      'network unreachable',
      'host unreachable',
      'protocol unreachable',
      'port unreachable',
      'fragmentation needed',
      'source route failed',
      'network unknown',
      'host unknown',
      'source host isolated',
      'network prohibited',
      'host prohibited',
      'network unreachable for its type of service',
      'host unreachable for its type of service',
      'administratively prohibited',
    ],
    11: 'time exceeded',
    12: 'parameter problem',
  },
  6: {
    1: [
      'no route',
      'administratively prohibited',
      'beyond the scope of the source address',
      'address unreachable',
      'port unreachable',
      'source address failed policy',
      'reject route',
    ],
    2: 'packet too big',
    3: 'time exceeded',
    4: 'parameter problem',
  },
};

/** The next hop's MTU, where the error tells it: RFC 1191 section 4, RFC 4443 section 3.2. */
function mtuWords(family: Family, type: number, code: number, message: Buffer): string {
  const isTooBig = family === 4 ? type === 3 && code === 4 : type === 2;
  const mtu = !isTooBig ? 0 : family === 4 ? message.readUInt16BE(6) : message.readUInt32BE(4);
  return mtu > 0 ? ` (MTU ${mtu})` : '';
}

function reasonOf(family: Family, type: number, code: number): string {
  const reasons = REASONS[family][type];
  const reason = typeof reasons === 'string' ? reasons : reasons?.[code];
  return reason ?? `type ${type} code ${code}`;
}
