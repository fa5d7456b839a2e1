import { withoutUndefined } from '../../base/plain-object.ts';
import { bytes, pad, u8, u16, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';
import { from } from '../codec/value-rule.ts';
import { rate as anyRate, bytesASecond, rateText } from './tc-rate.ts';

/** A bucket that fills at a rate, and that each packet takes its bytes from. */
export interface TbfOptions {
  /** Such as `'10mbit'`. */
  rate: string;
  /** How many bytes the bucket holds: a packet at least. Above 125 Mbit/s the kernel tells it less exactly. */
  burst: number;
  /** How many bytes may wait. */
  limit: number;
  /** How fast the bucket may be emptied, with {@link mtu}. @default at once */
  peakrate?: string;
  /** Of a second bucket, which fills at `peakrate`, the bytes: a packet at least. */
  mtu?: number;
}

const MOST = 0xffff_ffff;

/** A rate of traffic control; sizes that depend on it travel in ticks. */
const rateSpec = struct('tc_ratespec', {
  cellLog: u8,
  linkLayer: u8,
  overhead: u16,
  cellAlign: pad(2),
  mpu: u16,
  bytes: u32,
});

const attributes = table({
  parameters: attribute(
    'TCA_TBF_PARMS',
    1,
    struct('tc_tbf_qopt', { rate: rateSpec, peakRate: rateSpec, limit: u32, buffer: u32, peakBuffer: u32 }),
  ),
  rate64: attribute('TCA_TBF_RATE64', 4, u64),
  peakRate64: attribute('TCA_TBF_PRATE64', 5, u64),
  burst: attribute('TCA_TBF_BURST', 6, u32),
  peakBurst: attribute('TCA_TBF_PBURST', 7, u32),
  padding: attribute('TCA_TBF_PAD', 8, bytes),
  unknown: others(),
});

/** Bits a second. */
export function readTbfRate(options: Buffer): number {
  const { parameters, rate64 } = attributes.read(options);
  return Number(rate64 ?? parameters?.rate.bytes ?? 0) * 8;
}

export const tbf: Type<object, TbfOptions> = {
  ...(attributes as unknown as Type<object, never>),
  write: (to, { rate, burst, limit, peakrate, mtu }) => {
    const [inBytes, peak] = [bytesASecond(rate), peakrate === undefined ? 0 : bytesASecond(peakrate)];
    attributes.write(to, {
      parameters: { limit, rate: specOf(inBytes), ...(peak > 0 ? { peakRate: specOf(peak) } : {}) },
      ...{ burst, peakBurst: mtu },
      ...(inBytes > MOST ? { rate64: BigInt(inBytes) } : {}),
      ...(peak > MOST ? { peakRate64: BigInt(peak) } : {}),
    });
  },
  read: (options) => {
    const { parameters, rate64, peakRate64, unknown } = attributes.read(options);
    if (!parameters || unknown.length > 0) return { isUnsaid: true };
    const { rate, peakRate, limit, buffer, peakBuffer } = parameters;
    const isKnown = [rate, peakRate].every(
      ({ linkLayer, overhead, mpu }) => linkLayer <= ETHERNET && overhead === 0 && mpu === 0,
    );
    if (!isKnown) return { isUnsaid: true };
    const [inBytes, peak] = [Number(rate64 ?? rate.bytes), Number(peakRate64 ?? peakRate.bytes)];
    return withoutUndefined({
      ...{ rate: rateText(inBytes * 8), burst: sizeOf(buffer, inBytes), limit },
      ...(peak > 0 ? { peakrate: rateText(peak * 8), mtu: sizeOf(peakBuffer, peak) } : {}),
    });
  },
  words: ({ rate, burst, limit, peakrate, mtu }) => [
    ...['rate', rate, 'burst', String(burst), 'limit', String(limit)],
    ...(peakrate === undefined ? [] : ['peakrate', peakrate]),
    ...(mtu === undefined ? [] : ['mtu', String(mtu)]),
  ],
};

const size = from(1, MOST);

/** The rule of each option that a spec may give. */
export const tbfRules = { rate: anyRate, burst: size, limit: size, peakrate: anyRate, mtu: size };

/** `TC_LINKLAYER_ETHERNET`: the kernel needs no table of rates then. */
const ETHERNET = 1;

function specOf(inBytes: number): { bytes: number; linkLayer: number } {
  return { bytes: Math.min(inBytes, MOST), linkLayer: ETHERNET };
}

/**
 * The bytes of a bucket, of which the kernel tells the time to fill it, in ticks of 64 nanoseconds, rounded down (`PSCHED_SHIFT`). Where a
 * tick is several bytes, above 125 Mbit/s, it is their middle: written again, it is the same tick.
 */
function sizeOf(ticks: number, bytesPerSecond: number): number {
  const perTick = (64 * bytesPerSecond) / 1e9;
  return perTick > 1 ? Math.floor((ticks + 0.5) * perTick) : Math.ceil(Number((ticks * perTick).toFixed(3)));
}
