import { body } from './body.ts';
import { bytes, pad, s32, u8, u16, u32, u64 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, table } from './table.ts';
import { fixed } from './type.ts';

const MOST = 0xffff_ffff;

/** A chance in percent, of which the kernel has 2^32 steps. Read as `tc` shows it, to a few digits. */
const percent = fixed<number>(
  4,
  (all, at) => Number(((all.readUInt32LE(at) / MOST) * 100).toPrecision(6)),
  (all, at, value) => all.writeUInt32LE(Math.round((value / 100) * MOST), at),
);

/** Milliseconds, which travel in nanoseconds. */
const milliseconds64 = fixed<number>(
  8,
  (all, at) => Number(all.readBigInt64LE(at)) / 1e6,
  (all, at, value) => all.writeBigInt64LE(BigInt(Math.round(value * 1e6)), at),
);

const chance = (name: string) => struct(name, { probability: percent, correlation: percent });

/** What `netem` does to the packets of a device. The times of the struct are in ticks: the attributes count in their place. */
export const netemOptions = body(
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
    /** A model of loss, in place of a chance of its own. */
    model: attribute('TCA_NETEM_LOSS', 5, bytes),
    rate: attribute(
      'TCA_NETEM_RATE',
      6,
      struct('tc_netem_rate', { bytes: u32, overhead: s32, cellSize: u32, cellOverhead: s32 }),
    ),
    rate64: attribute('TCA_NETEM_RATE64', 8, u64),
    delay: attribute('TCA_NETEM_LATENCY64', 10, milliseconds64, { ifAbsent: 0 }),
    jitterTime: attribute('TCA_NETEM_JITTER64', 11, milliseconds64, { ifAbsent: 0 }),
  }),
);

const rateSpec = struct('tc_ratespec', {
  cellLog: u8,
  linkLayer: u8,
  overhead: u16,
  cellAlign: pad(2),
  mpu: u16,
  bytes: u32,
});

/** The bucket of `tbf`. Its sizes are in ticks of the rate, but for the attribute. */
export const tbfOptions = table({
  parameters: attribute(
    'TCA_TBF_PARMS',
    1,
    struct('tc_tbf_qopt', { rate: rateSpec, peakRate: pad(rateSpec.size), limit: u32, buffer: pad(4), mtu: pad(4) }),
  ),
  rate64: attribute('TCA_TBF_RATE64', 4, u64),
  burst: attribute('TCA_TBF_BURST', 6, u32),
});

/** What waits in a queueing discipline now, and what it has dropped. */
export const queueStatistics = table({
  queue: attribute(
    'TCA_STATS_QUEUE',
    3,
    struct('gnet_stats_queue', { packets: u32, bytes: u32, drops: u32, requeues: pad(4), overLimits: pad(4) }),
  ),
});
