import { withoutUndefined } from '../../base/plain-object.ts';
import { bool, range, s32, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, type Rows, table } from '../codec/table.ts';
import { fixed, type Type } from '../codec/type.ts';
import { from, listOf, type ValueRule } from '../codec/value-rule.ts';
import { bytesOf } from '../codec/writer.ts';
import type { Names } from '../names.ts';
import { maskable, number, partsRow, type Said } from './masked.ts';
import { type FqOptions, fq, microseconds, type SfqOptions, sfq, sfqRules } from './qdisc-fair.ts';
import { type NetemOptions, netem, netemRules } from './qdisc-netem.ts';
import { type TbfOptions, tbf, tbfRules } from './qdisc-tbf.ts';

/** The options of a queueing discipline, in the words of `tc qdisc` (camel-cased), by its kind. */
export interface QdiscOptionsOf {
  /** The place of filters for what the device gets, and for what it sends. */
  clsact: object;
  /** The place of filters for what the device gets. */
  ingress: object;
  /** One queue, of so many packets. @default the device's `txqueuelen` */
  pfifo: { limit?: number };
  /** One queue, of so many bytes. */
  bfifo: { limit?: number };
  /** One queue, which drops what waits longest. */
  pfifo_head_drop: { limit?: number };
  /** Several queues, of which a later one is served when those before it are empty. */
  prio: {
    /** 2 to 16. @default 3 */
    bands?: number;
    /** For each of 16 priorities (`skb->priority`), the band. @default that of tc-prio(8) */
    priomap?: readonly number[];
  };
  codel: CodelOptions;
  fq_codel: FqCodelOptions;
  fq: FqOptions;
  sfq: SfqOptions;
  tbf: TbfOptions;
  netem: NetemOptions;
}

export interface CodelOptions {
  /** How many packets may wait. */
  limit?: number;
  /** In milliseconds, as the other times: how long a packet may wait, measured over an interval. */
  target?: number;
  interval?: number;
  /** Mark packets, in place of dropping them. */
  ecn?: boolean;
  /** Mark a packet that waited longer. */
  ceThreshold?: number;
}

export interface FqCodelOptions extends CodelOptions {
  /** How many queues. They cannot be changed later. */
  flows?: number;
  /** How many bytes a queue may send in its turn. */
  quantum?: number;
  /** `ceThreshold` is for packets of this DS field alone: `'0x1/0x3'`. */
  ceThresholdSelector?: Said;
  /** In bytes. */
  memoryLimit?: number;
  /** How many packets are dropped at once when the limit is reached. */
  dropBatch?: number;
}

export type QdiscKind = keyof QdiscOptionsOf;

const ecn: Type<boolean> = { ...bool(u32), words: (value) => [value ? 'ecn' : 'noecn'] };

const fifo = {
  ...struct('tc_fifo_qopt', { limit: u32 }),
  words: ({ limit }: { limit?: number | undefined }) => said('limit', limit),
};

const BANDS = 3;
/** tc-prio(8). */
const PRIOMAP = [1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1];

const priomap = {
  ...fixed<number[]>(
    PRIOMAP.length,
    (bytes, at) => [...bytes.subarray(at, at + PRIOMAP.length)],
    (bytes, at, value) => bytes.set(value, at),
  ),
};

const prioStruct = struct('tc_prio_qopt', { bands: s32, priomap });

const prio: Type<object, { bands?: number; priomap?: readonly number[] }> = {
  ...(prioStruct as unknown as Type<object, never>),
  // The kernel has no default.
  write: (to, { bands = BANDS, priomap: map = PRIOMAP }) => prioStruct.write(to, { bands, priomap: [...map] }),
  words: ({ bands, priomap: map }) => [...said('bands', bands), ...(map ? ['priomap', ...map.map(String)] : [])],
};

const codel = table({
  limit: attribute('TCA_CODEL_LIMIT', 2, u32),
  target: attribute('TCA_CODEL_TARGET', 1, microseconds),
  interval: attribute('TCA_CODEL_INTERVAL', 3, microseconds),
  ecn: attribute('TCA_CODEL_ECN', 4, ecn, { word: '' }),
  ceThreshold: attribute('TCA_CODEL_CE_THRESHOLD', 5, microseconds),
  unknown: others(),
});

const selector = maskable(number(1, { isHex: true }), { hex: 'both' });

const fqCodel = table({
  limit: attribute('TCA_FQ_CODEL_LIMIT', 2, u32),
  flows: attribute('TCA_FQ_CODEL_FLOWS', 5, range(u32, 1, 65536)),
  quantum: attribute('TCA_FQ_CODEL_QUANTUM', 6, u32),
  target: attribute('TCA_FQ_CODEL_TARGET', 1, microseconds),
  ceThreshold: attribute('TCA_FQ_CODEL_CE_THRESHOLD', 7, microseconds),
  ceThresholdSelector: partsRow(
    ['TCA_FQ_CODEL_CE_THRESHOLD_SELECTOR', 10],
    ['TCA_FQ_CODEL_CE_THRESHOLD_MASK', 11],
    selector,
  ),
  interval: attribute('TCA_FQ_CODEL_INTERVAL', 3, microseconds),
  memoryLimit: attribute('TCA_FQ_CODEL_MEMORY_LIMIT', 9, u32),
  ecn: attribute('TCA_FQ_CODEL_ECN', 4, ecn, { word: '' }),
  dropBatch: attribute('TCA_FQ_CODEL_DROP_BATCH_SIZE', 8, u32),
  unknown: others(),
});

/** What is in `TCA_OPTIONS`, by the kind. */
export const QDISC_TYPES: Readonly<Record<QdiscKind, Type<object, never> | undefined>> = {
  ...{ clsact: undefined, ingress: undefined },
  ...{ pfifo: fifo, bfifo: fifo, pfifo_head_drop: fifo },
  ...{ prio, codel, fq_codel: fqCodel, fq, sfq, tbf, netem },
};

const ofFifo = { limit: u32 };

/** The rule of each option that a spec may give, by the kind. */
export const QDISC_RULES: Readonly<Record<QdiscKind, Readonly<Record<string, ValueRule>>>> = {
  ...{ clsact: {}, ingress: {}, pfifo: ofFifo, bfifo: ofFifo, pfifo_head_drop: ofFifo },
  prio: { bands: from(2, 16), priomap: listOf(from(0, 15)) },
  codel: rulesOf(codel),
  fq_codel: { ...rulesOf(fqCodel), ceThresholdSelector: selector },
  ...{ fq: rulesOf(fq), sfq: sfqRules, tbf: tbfRules, netem: netemRules },
};

/** The rules of the rows of a table. */
function rulesOf({ rows }: { rows: Rows }): Record<string, ValueRule> {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([name, { of }]) => (of.accept ? [[name, of as ValueRule]] : [])),
  );
}

/** Options as they travel; undefined for none. */
export function writeQdiscOptions(kind: QdiscKind, options: object = {}): Buffer | undefined {
  const type = QDISC_TYPES[kind] as Type<object> | undefined;
  // Without a limit the kernel chooses one (fifo_init).
  if (!type || (type === fifo && Object.keys(options).length === 0)) return undefined;
  return bytesOf(type, options);
}

/** Options of a kind; undefined where hairpin cannot say them all. */
export function readQdiscOptions(kind: string, options: Buffer | undefined): object | undefined {
  if (!Object.hasOwn(QDISC_TYPES, kind)) return undefined;
  const type = QDISC_TYPES[kind as QdiscKind];
  if (!type || !options) return {};
  const { unknown = [], isUnsaid = false, ...read } = type.read(options) as { unknown?: number[]; isUnsaid?: boolean };
  return unknown.length > 0 || isUnsaid ? undefined : withoutUndefined(read);
}

export function qdiscWords(kind: QdiscKind, options: object = {}, names: Names): readonly string[] {
  return (QDISC_TYPES[kind] as Type<object> | undefined)?.words(options, names) ?? [];
}

function said(word: string, value: number | undefined): string[] {
  return value === undefined ? [] : [word, String(value)];
}
