import { bool, s32, u8, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import { absent, fixed, type Type } from '../codec/type.ts';
import { amount, from, type ValueRule, yesOrNo } from '../codec/value-rule.ts';
import { tcRate } from './tc-rate.ts';

/** A queue for each flow, and each in its turn; a packet may have a time before which it does not leave. Times are in milliseconds. */
export interface FqOptions {
  /** How many packets may wait. */
  limit?: number;
  /** The same of one flow. */
  flowLimit?: number;
  /** How many bytes a flow may send in its turn, and in its first. */
  quantum?: number;
  initialQuantum?: number;
  /** The highest rate of a flow, such as `'10mbit'`. @default none */
  maxrate?: string;
  /** How many lists the flows are in, a power of 2. */
  buckets?: number;
  /** How many flows those packets share that have no socket, less one: all bits of it. */
  orphanMask?: number;
  /** Heed times of departure and rates. @default true */
  pacing?: boolean;
  /** After such a pause a flow gets its quantum at once. */
  refillDelay?: number;
  /** A flow below this rate is not paced. */
  lowRateThreshold?: string;
  /** Mark a packet that waited longer. @default none */
  ceThreshold?: number;
  timerSlack?: number;
  /** A time of departure that is further away is not heeded. */
  horizon?: number;
  /** Drop such a packet. @default true */
  horizonDrop?: boolean;
}

/** Several queues, each in its turn, which flows share by chance. */
export interface SfqOptions {
  /** How many packets may wait. */
  limit?: number;
  /** Share the queues out again after so many seconds. @default never */
  perturb?: number;
  /** How many bytes a flow may send in its turn. */
  quantum?: number;
  /** The size of the table of flows, a power of 2. */
  divisor?: number;
  /** How many flows there may be. */
  flows?: number;
  /** How many packets of one flow may wait. */
  depth?: number;
  /** Drop the packet that waited longest. @default false: the newest */
  headdrop?: boolean;
}

const MOST = 0xffff_ffff;

/** Milliseconds, which travel in so small units that a millisecond has so many. */
const milliseconds = (parts: number) =>
  fixed<number>(
    4,
    (bytes, at) => bytes.readUInt32LE(at) / parts,
    (bytes, at, value) => bytes.writeUInt32LE(Math.round(value * parts), at),
    { ...amount('milliseconds', 0, Math.floor(MOST / parts)), words: (value) => [`${value}ms`] },
  );

/** Milliseconds, which travel in microseconds. */
export const microseconds = milliseconds(1e3);
const nanoseconds = milliseconds(1e6);

const powerOf2: ValueRule = {
  rule: 'a power of 2, up to 65536',
  schema: { type: 'integer', minimum: 1, maximum: 65536 },
  accept: (value) => (Number.isInteger(Math.log2(Number(value))) && Number(value) <= 65536 ? value : undefined),
};

/** Of which the kernel has the logarithm. */
const logarithm = fixed<number>(
  4,
  (bytes, at) => 2 ** bytes.readUInt32LE(at),
  (bytes, at, value) => bytes.writeUInt32LE(Math.log2(value), at),
  powerOf2,
);

const noRate = `${(MOST * 8).toString()}bit`;

export const fq = table({
  limit: attribute('TCA_FQ_PLIMIT', 1, u32),
  flowLimit: attribute('TCA_FQ_FLOW_PLIMIT', 2, u32),
  quantum: attribute('TCA_FQ_QUANTUM', 3, u32),
  initialQuantum: attribute('TCA_FQ_INITIAL_QUANTUM', 4, u32),
  maxrate: attribute('TCA_FQ_FLOW_MAX_RATE', 7, absent(noRate, tcRate)),
  buckets: attribute('TCA_FQ_BUCKETS_LOG', 8, logarithm),
  orphanMask: attribute('TCA_FQ_ORPHAN_MASK', 10, u32),
  pacing: attribute('TCA_FQ_RATE_ENABLE', 5, bool(u32, ['nopacing', 'pacing']), { word: '' }),
  refillDelay: attribute('TCA_FQ_FLOW_REFILL_DELAY', 9, microseconds),
  lowRateThreshold: attribute('TCA_FQ_LOW_RATE_THRESHOLD', 11, tcRate),
  ceThreshold: attribute('TCA_FQ_CE_THRESHOLD', 12, absent(MOST / 1e3, microseconds)),
  timerSlack: attribute('TCA_FQ_TIMER_SLACK', 13, nanoseconds),
  horizon: attribute('TCA_FQ_HORIZON', 14, microseconds),
  horizonDrop: attribute('TCA_FQ_HORIZON_DROP', 15, bool(u8, ['horizon_cap', 'horizon_drop']), { word: '' }),
  unknown: others(),
});

const hash = { quantum: u32, perturb: s32, limit: u32, divisor: u32, flows: u32 };
const red = { redLimit: u32, least: u32, most: u32, wLog: u8, pLog: u8, cellLog: u8, redFlags: u8, maxP: u32 };
const counters = { dropped: u32, forced: u32, marked: u32, forcedMarks: u32, markedHead: u32, forcedHead: u32 };

const sfqStruct = struct('tc_sfq_qopt_v1', {
  v0: struct('tc_sfq_qopt', hash),
  ...{ depth: u32, headdrop: bool(u32) },
  // How it uses RED, which has words whose values the kernel does not tell (avpkt, burst).
  ...red,
  stats: struct('tc_sfqred_stats', counters),
});

export const sfq: Type<object, SfqOptions> = {
  ...(sfqStruct as unknown as Type<object, never>),
  // The kernel keeps its own for a zero (sfq_change).
  write: (to, { depth, headdrop, ...v0 }) => sfqStruct.write(to, { v0, depth, headdrop }),
  read: (bytes) => {
    const { v0, depth, headdrop, least } = sfqStruct.read(bytes);
    return { ...v0, depth, headdrop, isUnsaid: least > 0 };
  },
  words: ({ headdrop, ...numbers }) => [
    ...Object.entries(numbers).flatMap(([word, value]) => (value === undefined ? [] : [word, String(value)])),
    ...(headdrop ? ['headdrop'] : []),
  ],
};

/** The rule of each option of sfq that a spec may give. */
export const sfqRules = {
  ...{ limit: u32, perturb: from(0, 2 ** 31 - 1), quantum: u32, divisor: powerOf2, flows: from(1, 65536) },
  ...{ depth: from(1, 127), headdrop: yesOrNo },
};
