import { endianness } from 'node:os';

// Netlink speaks the machine's own byte order. Node runs on no big-endian machine that hairpin supports, but a wrong
// guess here would be silent, so it is checked once.
if (endianness() !== 'LE') throw new Error('hairpin needs a little-endian machine (x64 or arm64)');

export function u16(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

export function u32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeUInt32LE(value >>> 0);
  return buffer;
}

export function s32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeInt32LE(value);
  return buffer;
}

/** A string as netlink has it: UTF-8 with a NUL behind it. */
export function cString(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

/** The inverse of {@link cString}; a missing NUL is forgiven, as the kernel forgives it. */
export function readCString(buffer: Uint8Array): string {
  const text = Buffer.from(buffer).toString();
  const end = text.indexOf('\0');
  return end === -1 ? text : text.slice(0, end);
}
