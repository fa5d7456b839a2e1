import { type Interface, isBridge, isLink } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import { macvlan } from '../../links/macvlan.ts';
import { vlan } from '../../links/vlan.ts';
import type { Cause } from '../../model/cause.ts';
import type { CapturedFrame } from '../../trace/capture.ts';
import type { Step } from '../../trace/expected-way.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { bridgeCause } from './bridge.ts';
import { cableCause } from './cable.ts';
import { ipvlanCause, ipvlanOutCause, ipvlanSiblingCause } from './ipvlan.ts';
import { macvlanCause } from './macvlan.ts';
import { routerCause } from './router.ts';
import { switchCause } from './switch.ts';
import { vlanCause } from './vlan.ts';

/** What keeps a frame from going from one place to the next. A new kind of link adds its line here, and a file of its own. */
export function causeBetween(
  here: Step,
  next: Step,
  { bytes: seen, originalLength }: CapturedFrame,
): Cause | undefined {
  const bytes = withoutVlanTags(seen);
  // Of a long frame the taps keep the beginning alone.
  const length = originalLength - (seen.length - bytes.length);
  if (here.direction === 'out' && next.direction === 'in' && here.at.peer === next.at)
    return cableCause(here.at, next.at, length);
  if (isBridge(here.at) || isBridge(next.at)) {
    const cause = bridgeCause(here, next);
    if (cause) return cause;
  }
  if (here.direction === 'in' && next.direction === 'in') return handOverCause(here.at, next.at, seen);
  if (isLink(here.at, macvlan) && isLink(next.at, macvlan)) return macvlanCause(here.at.parent, next.at, bytes);
  if (isLink(here.at, ipvlan) && isLink(next.at, ipvlan)) return ipvlanSiblingCause(here.at, next.at, bytes);
  if (isLink(here.at, ipvlan) && here.at.parent === next.at) return ipvlanOutCause(here.at, bytes);
  if (here.at.isPort && next.at.isPort) return switchCause(here.at, next.at, bytes, length);
  if (here.direction === 'in' && next.direction === 'out') return routerCause(here.at, next.at, bytes, length);
  return undefined;
}

/** What keeps a parent from handing a frame to what is on top of it. */
function handOverCause(parent: Interface, child: Interface, seen: Buffer): Cause | undefined {
  if (isLink(child, vlan)) return vlanCause(child, seen);
  if (isLink(child, macvlan)) return macvlanCause(parent, child, withoutVlanTags(seen));
  if (isLink(child, ipvlan)) return ipvlanCause(child, withoutVlanTags(seen));
  return undefined;
}
