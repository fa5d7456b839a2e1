import { expect, test } from 'vitest';
import { checksum } from '../../lib/wire/checksum.ts';
import { completeFrame } from '../../lib/wire/virtio-net.ts';

// struct virtio_net_hdr: flags, gso_type, hdr_len, gso_size, csum_start, csum_offset, each but the first two of 16 bits
const header = (flags: number, start = 0, offset = 0) =>
  Buffer.concat([Buffer.of(flags, 0, 0, 0, 0, 0), Buffer.from(new Uint16Array([start, offset]).buffer)]);
const frame = Buffer.from('some frame with a checksum at 0x');

test('a header that says nothing is taken off', () => {
  expect(completeFrame(Buffer.concat([header(0), frame]))).toEqual(frame);
});

test('a checksum that is left open is filled in', () => {
  const done = completeFrame(Buffer.concat([header(1, 10, 4), frame]));
  const expected = Buffer.from(frame);
  expected.writeUInt16BE(checksum(frame.subarray(10)), 14);
  expect(done).toEqual(expected);
});

test('a checksum that would be 0 is all ones', () => {
  const zero = Buffer.concat([Buffer.alloc(14), Buffer.of(0xff, 0xff), Buffer.alloc(4)]);
  expect(completeFrame(Buffer.concat([header(1, 14, 2), zero])).readUInt16BE(16)).toBe(0xffff);
});

test('a place outside of the frame is left alone, and so is what is too short', () => {
  expect(completeFrame(Buffer.concat([header(1, 30, 6), frame]))).toEqual(frame);
  expect(completeFrame(Buffer.of(1, 2))).toEqual(Buffer.alloc(0));
});
