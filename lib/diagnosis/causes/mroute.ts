import type { CapturedFrame } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { readFrame } from '../../model/frame.ts';
import { whyNotSent } from '../../model/mroute.ts';
import type { Step } from '../../trace/expected-way.ts';
import { modelled } from './by-model.ts';
import { linkCause } from './link.ts';

/** Why a router that got a packet for a group by one interface did not send it out by another. */
export function mrouteCause(here: Step, next: Step, { bytes, originalLength }: CapturedFrame): Cause | undefined {
  const frame = readFrame(bytes, originalLength);
  const device = modelled(here.at);
  const egress = device?.inHost(next.at.index);
  if (!frame || !device || !egress) return undefined;
  return linkCause(next.at) ?? whyNotSent(device, egress, frame);
}
