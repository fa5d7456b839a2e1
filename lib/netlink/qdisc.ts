import { body } from './body.ts';
import { Family } from './family.ts';
import { device, pad, string, u8, u32 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, table } from './table.ts';

/** A queueing discipline of a device, as `tc qdisc` has it. */
export interface Qdisc {
  /** ifindex. */
  device: number;
  /** `noqueue`, `fq_codel`, `netem` … */
  kind: string;
  /** Somebody gave it to the device. A device's own, such as a veth's `noqueue`, has no handle. */
  isGiven: boolean;
}

export const tcQdisc = new Family({
  command: ['tc', 'qdisc'],
  messages: ['QDISC', 36],
  body: body(
    struct('tcmsg', { family: u8, padding: pad(3), device, handle: u32, parent: u32, info: u32 }),
    table({ kind: attribute('TCA_KIND', 1, string, { ifAbsent: '' }) }),
  ),
  state: ({ device: index, kind, handle }): Qdisc => ({ device: index, kind, isGiven: handle !== 0 }),
});
