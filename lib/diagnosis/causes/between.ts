import type { Cause } from '../../model/cause.ts';
import type { CapturedFrame } from '../../trace/capture.ts';
import type { Step } from '../../trace/expected-way.ts';
import { modelledCause } from './by-model.ts';
import { ipvlanOutCause } from './ipvlan.ts';
import { downCause } from './link.ts';
import { membershipCause } from './membership.ts';
import { routerCause } from './router.ts';

/** What keeps a frame from going from one place to the next. */
export function causeBetween(here: Step, next: Step, frame: CapturedFrame): Cause | undefined {
  if (here.direction === 'in' && next.direction === 'out' && !here.at.isPort) return routerCause(here, next, frame);
  return (
    membershipCause(here.at, next.at) ??
    downCause(next.at) ??
    ipvlanOutCause(here, next, frame) ??
    modelledCause(here, next, frame)
  );
}
