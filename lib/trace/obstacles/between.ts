import { Bridge, type Interface, isLink } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import { macvlan } from '../../links/macvlan.ts';
import { vlan } from '../../links/vlan.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import type { CapturedFrame } from '../capture.ts';
import type { Step } from '../expected-way.ts';
import { bridgeObstacle } from './bridge.ts';
import { cableObstacle } from './cable.ts';
import { ipvlanObstacle, ipvlanOutObstacle, ipvlanSiblingObstacle } from './ipvlan.ts';
import { macvlanObstacle } from './macvlan.ts';
import type { Obstacle } from './obstacle.ts';
import { routerObstacle } from './router.ts';
import { switchObstacle } from './switch.ts';
import { vlanObstacle } from './vlan.ts';

/** What keeps a frame from going from one place to the next. A new kind of link adds its line here, and a file of its own. */
export function obstacleBetween(
  here: Step,
  next: Step,
  { bytes: seen, originalLength }: CapturedFrame,
): Obstacle | undefined {
  const bytes = withoutVlanTags(seen);
  // Of a long frame the taps keep the beginning alone.
  const length = originalLength - (seen.length - bytes.length);
  if (here.direction === 'out' && next.direction === 'in' && here.at.peer === next.at)
    return cableObstacle(here.at, next.at, length);
  if (here.at instanceof Bridge || next.at instanceof Bridge) {
    const obstacle = bridgeObstacle(here, next);
    if (obstacle) return obstacle;
  }
  if (here.direction === 'in' && next.direction === 'in') return handOverObstacle(here.at, next.at, seen);
  if (isLink(here.at, macvlan) && isLink(next.at, macvlan)) return macvlanObstacle(here.at.parent, next.at, bytes);
  if (isLink(here.at, ipvlan) && isLink(next.at, ipvlan)) return ipvlanSiblingObstacle(here.at, next.at, bytes);
  if (isLink(here.at, ipvlan) && here.at.parent === next.at) return ipvlanOutObstacle(here.at, bytes);
  if (here.at.isPort && next.at.isPort) return switchObstacle(here.at, next.at, bytes, length);
  if (here.direction === 'in' && next.direction === 'out') return routerObstacle(here.at, next.at, bytes, length);
  return undefined;
}

/** What keeps a parent from handing a frame to what is on top of it. */
function handOverObstacle(parent: Interface, child: Interface, seen: Buffer): Obstacle | undefined {
  if (isLink(child, vlan)) return vlanObstacle(child, seen);
  if (isLink(child, macvlan)) return macvlanObstacle(parent, child, withoutVlanTags(seen));
  if (isLink(child, ipvlan)) return ipvlanObstacle(child, withoutVlanTags(seen));
  return undefined;
}
