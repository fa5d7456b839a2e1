import ipaddr from 'ipaddr.js';

/** An IP version, as Node's `net.isIP` says it. */
export type Family = 4 | 6;

export const FAMILIES = [4, 6] as const;

/** `10.0.0.1` with the length of its network's prefix, 24. */
export interface Prefix {
  address: string;
  length: number;
  family: Family;
}

/** Four decimal numbers up to 255, without leading zeroes. Most addresses are such, and ipaddr.js is slow to say so. */
const FOUR_PARTS = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** 4 or 6, or undefined for what is no IP address. Octal, hexadecimal and short IPv4 forms and zones are refused. */
export function familyOf(value: string): Family | undefined {
  if (FOUR_PARTS.test(value)) return 4;
  // A zone (`fe80::1%eth0`) would be lost on the way to bytes.
  return ipaddr.IPv6.isValid(value) && !value.includes('%') ? 6 : undefined;
}

export function ipToBytes(address: string): Buffer {
  if (FOUR_PARTS.test(address)) return Buffer.from(address.split('.').map(Number));
  // ipaddr.js takes ::192.0.2.1 (RFC 4291 section 2.5.5.1), which sit gives itself, for ::ffff:192.0.2.1.
  return Buffer.from(ipaddr.parse(address.replace(/^::(?=\d+\.)/, '::0:')).toByteArray());
}

/** Where the groups of an IPv6 address begin. */
const GROUPS_AT = [0, 2, 4, 6, 8, 10, 12, 14];

/** The shortest form: `10.0.0.1`, `fd00::1` (RFC 5952). */
export function bytesToIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new RangeError(`an IP address of ${bytes.length} bytes`);
  return shortest(GROUPS_AT.map((at) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)));
}

/** Eight groups with `::` in the place of the longest run of two or more zeroes, the first of several (RFC 5952 section 4.2). */
function shortest(groups: readonly number[]): string {
  let [start, length] = [0, 1];
  for (let at = 0; at < groups.length; at++) {
    let end = at;
    while (groups[end] === 0) end++;
    if (end - at > length) [start, length] = [at, end - at];
    at = Math.max(at, end - 1);
  }
  const text = (some: readonly number[]) => some.map((group) => group.toString(16)).join(':');
  if (length === 1) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

/** The same; of an IPv6 socket that is bound to an IPv4 address, that address (RFC 4291 section 2.5.5.2). */
export function bytesToUnmappedIp(bytes: Uint8Array): string {
  const isMapped = bytes.length === 16 && MAPPED.equals(bytes.subarray(0, 12));
  return bytesToIp(isMapped ? bytes.subarray(12) : bytes);
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** `10.0.0.1:53`, `[fd00::1]:53`. */
export function endpointWords(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** The same address in its shortest form. */
export function normalizeIp(address: string): string {
  return bytesToIp(ipToBytes(address));
}

/** Reads `10.0.0.1/24`; without a length the whole address is the prefix. Undefined for what is neither. */
export function parsePrefix(text: string): Prefix | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) return undefined;
  const longest = family === 4 ? 32 : 128;
  if (length === undefined) return { address: normalizeIp(address), length: longest, family };
  if (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > longest) return undefined;
  return { address: normalizeIp(address), length: Number(length), family };
}

/** Whether an address lies in a prefix. Of another family it does not. */
export function contains(prefix: Prefix, address: string): boolean {
  if (familyOf(address) !== prefix.family) return false;
  const inside = ipToBytes(address);
  return ipToBytes(prefix.address).every((byte, index) => {
    const mask = maskOf(prefix.length, index);
    return (byte & mask) === ((inside[index] ?? 0) & mask);
  });
}

/** A prefix's bits in one of its bytes. */
function maskOf(length: number, index: number): number {
  const bits = Math.min(8, Math.max(0, length - index * 8));
  return (0xff << (8 - bits)) & 0xff;
}

/** The prefix's own address: its host bits zero. */
export function networkOf({ address, length }: Prefix): string {
  return bytesToIp(ipToBytes(address).map((byte, index) => byte & maskOf(length, index)));
}

/** The group that solicitations for an address go to (RFC 4291 section 2.7.1). */
export function solicitedNodeGroup(address: string): string {
  const bytes = Buffer.from('ff0200000000000000000001ff000000', 'hex');
  ipToBytes(address).copy(bytes, 13, 13);
  return bytesToIp(bytes);
}

/** Whether an address is a group's: 224.0.0.0/4 (RFC 5771), ff00::/8 (RFC 4291 section 2.7). */
export function isMulticastIp(address: string): boolean {
  const [first = 0] = ipToBytes(address);
  return address.includes(':') ? first === 0xff : first >> 4 === 0xe;
}

/**
 * Whether routers may forward packets for a group: not those for a group of one link, 224.0.0.0/24 (RFC 5771 section 4), or of a
 * scope up to that of the link (RFC 4291 section 2.7).
 */
export function isRoutedGroup(address: string): boolean {
  const [first, second = 0, third] = ipToBytes(address);
  if (!isMulticastIp(address)) return false;
  return address.includes(':') ? (second & 0xf) > 2 : first !== 224 || second !== 0 || third !== 0;
}

/** The last address of an IPv4 subnet, which is for all in it (RFC 919). */
export function broadcastOf(prefix: Prefix): string {
  const bytes = ipToBytes(networkOf(prefix));
  const hosts = 2 ** (32 - prefix.length) - 1;
  bytes.writeUInt32BE((bytes.readUInt32BE(0) | hosts) >>> 0, 0);
  return bytesToIp(bytes);
}

/** Whether it is an IPv6 address of a link: fe80::/10 (RFC 4291 section 2.5.6). */
export function isLinkLocal(address: string): boolean {
  return /^fe[89ab].:/i.test(address);
}

/** Whether it is of 127.0.0.0/8, which IPv4 keeps in its host (RFC 1122 section 3.2.1.3). */
export function isLoopbackIp(address: string): boolean {
  return address.startsWith('127.');
}
