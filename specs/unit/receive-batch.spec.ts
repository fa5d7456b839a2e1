import { expect, test } from 'vitest';
import { controlMessage } from '../../lib/kernel/sockets/receive-batch.ts';

/** `struct cmsghdr` and its data. */
function message(level: number, type: number, data: string, length = BigInt(16 + data.length)): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(length, 0);
  header.writeInt32LE(level, 8);
  header.writeInt32LE(type, 12);
  return Buffer.concat([header, Buffer.from(data), Buffer.alloc((8 - (data.length % 8)) % 8)]);
}

const find = (...messages: Buffer[]) => controlMessage({ control: Buffer.concat(messages) }, 1, 35)?.toString();

test('a message is found by its level and type, behind others', () => {
  expect(find(message(263, 8, 'auxiliary'), message(1, 35, 'time'))).toBe('time');
  expect(find(message(1, 8, 'other'))).toBeUndefined();
});

test.each([
  ['less than a header', 15n],
  ['more than there is', 64n],
  ['so much that 32 bits with a sign are negative', 0x8000_0000n],
  ['so much that 32 bits are zero', 0x1_0000_0000n],
  ['as much as 64 bits say', 0xffff_ffff_ffff_ffffn],
])('a length that says %s is the end', (_, length) => {
  expect(find(message(263, 8, 'forged', length), message(1, 35, 'time'))).toBeUndefined();
});
