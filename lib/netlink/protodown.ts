import { u32 } from './codec/scalars.ts';
import { attribute, table } from './codec/table.ts';
import type { Type } from './codec/type.ts';

const BITS = 32;

const reason = table({
  mask: attribute('IFLA_PROTO_DOWN_REASON_MASK', 1, u32),
  value: attribute('IFLA_PROTO_DOWN_REASON_VALUE', 2, u32, { ifAbsent: 0 }),
});

/** The reasons for protodown, a bit for each number. A message without a mask sets all 32 bits (`dev_change_proto_down_reason`). */
export const protodownReasons: Type<number[], readonly number[]> = {
  isNested: true,
  parts: reason.parts ?? [],
  write: (to, numbers) => reason.write(to, { value: numbers.reduce((bits, each) => (bits | (1 << each)) >>> 0, 0) }),
  read: (bytes) => {
    const { value } = reason.read(bytes);
    return Array.from({ length: BITS }, (_, number) => number).filter((number) => (value >>> number) & 1);
  },
  words: (numbers) => numbers.flatMap((number) => ['protodown_reason', String(number), 'on']),
};
