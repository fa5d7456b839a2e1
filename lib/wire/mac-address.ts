const PATTERN = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;

export const NO_MAC = '00:00:00:00:00:00';
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff';

/** The six bytes of a MAC address in colon notation. */
export function macToBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

/** Each byte in hexadecimal: a diagnosis reads thousands of addresses. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `02:00:00:00:00:01` for six bytes. */
export function bytesToMac(bytes: ArrayLike<number>): string {
  let mac = '';
  for (let at = 0; at < bytes.length; at++) mac += `${at === 0 ? '' : ':'}${HEX[bytes[at] ?? 0]}`;
  return mac;
}

export function isMac(value: unknown): value is string {
  return typeof value === 'string' && PATTERN.test(value);
}

/** The group bit, IEEE 802 clause 8.2.2: broadcast is a group address too. */
export function isGroupMac(mac: string): boolean {
  return ((macToBytes(mac)[0] ?? 0) & 1) === 1;
}

/** The MAC address that an IPv4 group's frames go to: 01:00:5e and the lower 23 bits (RFC 1112 section 6.4). */
export function multicastMac4(group: string): string {
  const [, b = 0, c = 0, d = 0] = group.split('.').map(Number);
  return bytesToMac([0x01, 0x00, 0x5e, b & 0x7f, c, d]);
}

/** The MAC address that an IPv6 group's frames go to: 33:33 and the lower 32 bits (RFC 2464 section 7). */
export function multicastMac6(group: Uint8Array): string {
  return bytesToMac([0x33, 0x33, ...group.subarray(12)]);
}
