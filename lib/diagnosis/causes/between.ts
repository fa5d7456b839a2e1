import { type CapturedFrame, type Interface, isLink } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import { macvlan } from '../../links/macvlan.ts';
import { vlan } from '../../links/vlan.ts';
import type { Cause } from '../../model/cause.ts';
import type { Step } from '../../trace/expected-way.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { modelledCause } from './by-model.ts';
import { ipvlanInCause, ipvlanOutCause } from './ipvlan.ts';
import { downCause } from './link.ts';
import { otherMacCause } from './macvlan.ts';
import { membershipCause } from './membership.ts';
import { routerCause } from './router.ts';
import { vlanCause } from './vlan.ts';

/**
 * What keeps a frame from going from one place to the next.
 *
 * @param since when the question began whose frame it is, in nanoseconds by the clock of the taps
 */
export function causeBetween(here: Step, next: Step, frame: CapturedFrame, since: bigint): Cause | undefined {
  if (here.direction === 'in' && next.direction === 'out' && !here.at.isPort)
    return routerCause(here, next, frame, since);
  return (
    membershipCause(here.at, next.at) ??
    downCause(next.at) ??
    childCause(here, next, frame.bytes, since) ??
    modelledCause(here, next, frame)
  );
}

/** Why a frame is not what a child is given, or may send. The model just sends it elsewhere. */
function childCause(here: Step, next: Step, bytes: Buffer, since: bigint): Cause | undefined {
  const untagged = withoutVlanTags(bytes);
  if (isLink(here.at, ipvlan) && here.at.parent === next.at) return ipvlanOutCause(here.at, untagged, since);
  if (here.direction === 'out' || !here.at.children.has(next.at as never)) return undefined;
  return inCause(here.at, next.at, { bytes, untagged });
}

function inCause(
  parent: Interface,
  child: Interface,
  { bytes, untagged }: Record<'bytes' | 'untagged', Buffer>,
): Cause | undefined {
  if (isLink(child, vlan)) return vlanCause(child, bytes);
  if (isLink(child, macvlan)) return otherMacCause(parent, child, untagged);
  return isLink(child, ipvlan) ? ipvlanInCause(child, untagged) : undefined;
}
