import { withoutUndefined } from '../../base/plain-object.ts';
import { body } from '../codec/body.ts';
import { bytes, pad, s32, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import { fixed, type Type } from '../codec/type.ts';
import { amount } from '../codec/value-rule.ts';
import { rate as anyRate, bytesASecond, rateText } from './tc-rate.ts';

/** What `netem` does to the packets that an interface sends, in the words of `tc qdisc`. */
export interface NetemOptions {
  /** How long every packet is delayed, in milliseconds. @default 0 */
  delay?: number;
  /**
   * How much the delay varies in either direction, in milliseconds, evenly. Packets may overtake each other. The kernel does not tell the
   * distribution that `tc` may have given, so `list`, `lab.sh` and `lab.save` take it for even. @default 0
   */
  jitter?: number;
  /** Percentage of packets that are lost. @default 0 */
  loss?: number;
  /** Percentage of packets that are sent twice. @default 0 */
  duplicate?: number;
  /** Percentage of packets that skip the delay, and overtake the others. @default 0 */
  reorder?: number;
  /** Percentage of packets that get one wrong bit. @default 0 */
  corrupt?: number;
  /** Bits a second: `'512kbit'`, `'10mbit'`, `'1.5gbit'`. @default no limit */
  rate?: string;
  /** How many packets may wait; others are lost. @default 1000 */
  limit?: number;
}

/** What hairpin reads of a `netem`, for how long it keeps packets and how many it loses: the rate in bits a second. */
export interface Netem extends Omit<NetemOptions, 'rate'> {
  rate?: number;
  /** One loss makes the next more likely: a correlation, or a model (`loss state`, `loss gemodel`). */
  hasModel?: boolean;
}

const MOST = 0xffff_ffff;

const share = amount('percent', 0, 100);

/** A chance in percent, of which the kernel has 2^32 steps. Read as `tc` shows it, to a few digits. */
const percent = fixed<number>(
  4,
  (all, at) => Number(((all.readUInt32LE(at) / MOST) * 100).toPrecision(6)),
  (all, at, value) => all.writeUInt32LE(Math.round((value / 100) * MOST), at),
  share,
);

/** Milliseconds, which travel in nanoseconds. */
const milliseconds64 = fixed<number>(
  8,
  (all, at) => Number(all.readBigInt64LE(at)) / 1e6,
  (all, at, value) => all.writeBigInt64LE(BigInt(Math.round(value * 1e6)), at),
);

const chance = (name: string) => struct(name, { probability: percent, correlation: percent });

/** The times of the struct are in ticks: the attributes count in their place. */
const attributes = body(
  struct('tc_netem_qopt', {
    latency: pad(4),
    limit: u32,
    loss: percent,
    gap: u32,
    duplicate: percent,
    jitter: pad(4),
  }),
  table({
    /** How much each chance follows the one before. */
    correlations: attribute(
      'TCA_NETEM_CORR',
      1,
      struct('tc_netem_corr', { delay: percent, loss: percent, duplicate: percent }),
    ),
    reorder: attribute('TCA_NETEM_REORDER', 3, chance('tc_netem_reorder')),
    corrupt: attribute('TCA_NETEM_CORRUPT', 4, chance('tc_netem_corrupt')),
    /** A model of loss, in place of one chance. */
    model: attribute('TCA_NETEM_LOSS', 5, bytes),
    rate: attribute(
      'TCA_NETEM_RATE',
      6,
      struct('tc_netem_rate', { bytes: u32, overhead: s32, cellSize: u32, cellOverhead: s32 }),
    ),
    rate64: attribute('TCA_NETEM_RATE64', 8, u64),
    padding: attribute('TCA_NETEM_PAD', 9, bytes),
    delay: attribute('TCA_NETEM_LATENCY64', 10, milliseconds64, { ifAbsent: 0 }),
    jitterTime: attribute('TCA_NETEM_JITTER64', 11, milliseconds64, { ifAbsent: 0 }),
    /** What its dice began with: it is another each time. */
    seed: attribute('TCA_NETEM_PRNG_SEED', 14, bytes),
    unknown: others(),
  }),
);

export function readNetem(options: Buffer): Netem {
  const { limit, loss, duplicate, reorder, corrupt, correlations, model, rate, rate64, delay, jitterTime } =
    attributes.read(options);
  const all = {
    ...{ limit, delay, jitter: jitterTime, loss, duplicate },
    ...{
      reorder: reorder?.probability,
      corrupt: corrupt?.probability,
      rate: Number(rate64 ?? rate?.bytes ?? 0) * 8,
      hasModel: model !== undefined || Boolean(correlations?.loss || corrupt?.correlation),
    },
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Boolean(value)));
}

/** It has correlations, a model, a gap or other settings that the options have no words for. */
function isUnsaid(options: Buffer): boolean {
  const { correlations, model, reorder, corrupt, gap, rate, unknown } = attributes.read(options);
  const numbers = [
    ...Object.values(correlations ?? {}),
    ...[reorder?.correlation, corrupt?.correlation],
    ...[rate?.overhead, rate?.cellSize, rate?.cellOverhead],
  ];
  return model !== undefined || unknown.length > 0 || numbers.some(Boolean) || gap !== (reorder?.probability ? 1 : 0);
}

export const netem: Type<object, NetemOptions> = {
  ...(attributes as unknown as Type<object, never>),
  write: (to, { limit = 1000, delay, jitter, loss, duplicate, reorder, corrupt, rate }) =>
    attributes.write(to, {
      ...{ limit, loss, duplicate, delay, jitterTime: jitter },
      // Without a gap no packet goes before others (netem_enqueue). tc says 1 as well.
      ...(reorder === undefined ? {} : { gap: 1, reorder: { probability: reorder } }),
      ...(corrupt === undefined ? {} : { corrupt: { probability: corrupt } }),
      ...(rate === undefined ? {} : rateOf(bytesASecond(rate))),
    }),
  read: (options) => {
    const { rate, hasModel: _, ...rest } = readNetem(options);
    const isKnown = !isUnsaid(options);
    return isKnown ? withoutUndefined({ ...rest, rate: rate && rateText(rate) }) : { isUnsaid: true };
  },
  words: ({ limit, delay, jitter, loss, duplicate, reorder, corrupt, rate }) => {
    const word = (name: string, value: number | undefined, unit: string) =>
      value === undefined ? [] : [name, `${value}${unit}`];
    return [
      ...word('limit', limit, ''),
      ...word('delay', delay, 'ms'),
      ...(jitter === undefined ? [] : [`${jitter}ms`]),
      ...word('loss', loss, '%'),
      ...word('duplicate', duplicate, '%'),
      ...word('reorder', reorder, '%'),
      ...word('corrupt', corrupt, '%'),
      ...(rate === undefined ? [] : ['rate', rate]),
    ];
  },
};

const milliseconds = amount('milliseconds', 0, 4294967);

/** The rule of each option that a spec may give. */
export const netemRules = {
  ...{ limit: u32, delay: milliseconds, jitter: milliseconds, loss: share, duplicate: share },
  ...{ reorder: share, corrupt: share, rate: anyRate },
};

/** The struct has 32 bits for a rate, and an attribute 64. */
function rateOf(inBytes: number): { rate: { bytes: number }; rate64?: bigint } {
  return { rate: { bytes: Math.min(inBytes, MOST) }, ...(inBytes > MOST ? { rate64: BigInt(inBytes) } : {}) };
}
