import { bit, bits } from '../codec/bits.ts';
import { oneOf } from '../codec/one-of.ts';
import { asNumber, hexadecimal, u16, u32, u64 } from '../codec/scalars.ts';
import { attribute } from '../codec/table.ts';
import { maskable, number, partsRow, type Said } from './masked.ts';
import { type ActionKind, actionTable, controlWords, parameters } from './tc-action.ts';
import type { Control } from './tc-control.ts';
import { handleText, parseHandle } from './tc-handle.ts';

/** Changes what the kernel keeps beside a packet. */
export interface Skbedit {
  /** The mark: `5`, or `'0x5/0xff'` for some of its bits. */
  mark?: Said;
  /** `skb->priority`, or a class such as `'1:10'`. */
  priority?: number | string;
  /** The transmit queue. */
  queueMapping?: number;
  /** For whom the packet is, whatever its MAC address. */
  ptype?: keyof typeof PTYPES;
  /** Take the priority from the DS field of IP. */
  inheritdsfield?: true;
  /** @default 'pipe' */
  control?: Control;
}

/** `PACKET_*` of linux/if_packet.h. */
const PTYPES = { host: 0, broadcast: 1, multicast: 2, otherhost: 3 } as const;

export const PTYPE_WORDS = Object.keys(PTYPES);

export const markValue = maskable(number(4, { isHex: true, isLittle: true }), { hex: 'both' });

export const skbedit: ActionKind<Skbedit> = {
  table: actionTable(
    'TCA_SKBEDIT',
    { time: 1, padding: 6 },
    {
      parameters: attribute('TCA_SKBEDIT_PARMS', 2, parameters('tc_skbedit', {})),
      priority: attribute('TCA_SKBEDIT_PRIORITY', 3, u32),
      queueMapping: attribute('TCA_SKBEDIT_QUEUE_MAPPING', 4, u16),
      mark: partsRow(['TCA_SKBEDIT_MARK', 5], ['TCA_SKBEDIT_MASK', 8], markValue),
      ptype: attribute('TCA_SKBEDIT_PTYPE', 7, oneOf(u16, 'PACKET_', PTYPES)),
      flags: attribute(
        'TCA_SKBEDIT_FLAGS',
        9,
        bits(asNumber(u64), { inheritdsfield: bit('SKBEDIT_F_INHERITDSFIELD', 0x20) }),
      ),
    },
  ),
  write: ({ priority, inheritdsfield, control = 'pipe', ...rest }) => ({
    ...rest,
    parameters: { control },
    priority: typeof priority === 'string' ? parseHandle(priority) : priority,
    flags: inheritdsfield && { inheritdsfield },
  }),
  read: ({ control, mark, priority, queueMapping, ptype, flags }) => {
    const { inheritdsfield } = (flags ?? {}) as { inheritdsfield?: boolean };
    return {
      // Without a mask the kernel says the mark alone.
      ...(mark === undefined ? {} : { mark: wholeMark(mark) }),
      ...(priority === undefined
        ? {}
        : { priority: Number(priority) >>> 16 ? handleText(Number(priority)) : priority }),
      ...(queueMapping === undefined ? {} : { queueMapping }),
      ...(ptype === undefined ? {} : { ptype }),
      ...(inheritdsfield ? { inheritdsfield } : {}),
      ...(control === 'pipe' ? {} : { control }),
    } as Skbedit;
  },
  words: ({ mark, priority, queueMapping, ptype, inheritdsfield, control }) => [
    'skbedit',
    ...(queueMapping === undefined ? [] : ['queue_mapping', String(queueMapping)]),
    // A number alone would be the major number of a class (get_tc_classid).
    ...(priority === undefined ? [] : ['priority', typeof priority === 'string' ? priority : classOf(priority)]),
    ...(mark === undefined ? [] : ['mark', typeof mark === 'number' ? hexadecimal(mark) : mark]),
    ...(ptype === undefined ? [] : ['ptype', ptype]),
    ...(inheritdsfield ? ['inheritdsfield'] : []),
    ...controlWords(control),
  ],
};

function wholeMark(mark: unknown): Said {
  const { value } = Object(mark) as { value?: Buffer };
  return value ? markValue.join(value, undefined) : (mark as Said);
}

function classOf(priority: number): string {
  return `${(priority >>> 16).toString(16)}:${(priority & 0xffff).toString(16)}`;
}
