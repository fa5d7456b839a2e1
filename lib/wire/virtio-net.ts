import { checksum } from './checksum.ts';

/** `struct virtio_net_hdr`, the short one: flags, GSO type, header length, GSO size, where the checksum is (virtio 1.2, 5.1.6). */
export const VIRTIO_NET_HEADER = 10;

const NEEDS_CHECKSUM = 1;

/**
 * The frame behind a virtio header, whole: a checksum that was left to be filled in is. A segment that was left to be
 * cut up (GSO) stays in one piece.
 */
export function completeFrame(bytes: Buffer): Buffer {
  const frame = Buffer.from(bytes.subarray(VIRTIO_NET_HEADER));
  if (bytes.length < VIRTIO_NET_HEADER || (bytes.readUInt8(0) & NEEDS_CHECKSUM) === 0) return frame;
  const [start, at] = [bytes.readUInt16LE(6), bytes.readUInt16LE(6) + bytes.readUInt16LE(8)];
  if (at + 2 > frame.length) return frame;
  // The field holds the pseudo-header's sum, which belongs to what is summed up.
  // 0 would say that there is none (RFC 768); both are zero in one's complement.
  frame.writeUInt16BE(checksum(frame.subarray(start)) || 0xffff, at);
  return frame;
}
