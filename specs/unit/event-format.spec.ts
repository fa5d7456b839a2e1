import { expect, test } from 'vitest';
import { fieldOf, parseFormat, textOf } from '../../lib/kernel/packet-events/event-format.ts';

// As Linux 6.18 has it; the reasons cut short.
const KFREE_SKB = `name: kfree_skb
ID: 2310
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;

\tfield:void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;
\tfield:enum skb_drop_reason reason;\toffset:16;\tsize:4;\tsigned:0;

print fmt: "skbaddr=%p reason: %s", REC->skbaddr, __print_symbolic(REC->reason, { 2, "NOT_SPECIFIED" }, { 16, "IP_RPFILTER" })
`;

const NET_DEV_QUEUE = `name: net_dev_queue
ID: 2304
format:
\tfield:void * skbaddr;\toffset:8;\tsize:8;\tsigned:0;
\tfield:__data_loc char[] name;\toffset:20;\tsize:4;\tsigned:0;
`;

test('an event’s number, its fields, and what its numbers are called', () => {
  const format = parseFormat(KFREE_SKB);
  expect(format.id).toBe(2310);
  expect(format.symbols.get(16)).toBe('IP_RPFILTER');
  const record = Buffer.alloc(20);
  record.writeBigUInt64LE(0xffff_8881_0000_0001n, 8);
  record.writeUInt32LE(16, 16);
  expect(fieldOf(format, record, 'skbaddr')).toBe(0xffff_8881_0000_0001n);
  expect(fieldOf(format, record, 'reason')).toBe(16n);
});

test('a field that this kernel does not have, or a record that ends too early', () => {
  const format = parseFormat(KFREE_SKB);
  expect(fieldOf(format, Buffer.alloc(20), 'rx_sk')).toBeUndefined();
  expect(fieldOf(format, Buffer.alloc(18), 'reason')).toBeUndefined();
});

test('a text is where its __data_loc says', () => {
  const record = Buffer.alloc(32);
  record.writeUInt32LE((5 << 16) | 24, 20);
  record.write('eth0\0', 24);
  expect(textOf(parseFormat(NET_DEV_QUEUE), record, 'name')).toBe('eth0');
});
