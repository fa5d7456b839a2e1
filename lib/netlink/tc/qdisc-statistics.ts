import { pad, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';

/** What waits in a queueing discipline now, and what it has dropped. */
export const queueStatistics = table({
  queue: attribute(
    'TCA_STATS_QUEUE',
    3,
    struct('gnet_stats_queue', { packets: u32, bytes: u32, drops: u32, requeues: pad(4), overLimits: pad(4) }),
  ),
});
