import { type Hop, Interface, isLink, type Macvlan, type Namespace } from '../../lab/index.ts';
import { macvlan } from '../../links/macvlan.ts';
import type { Cause } from '../../model/cause.ts';
import { hopsOf } from '../../trace/path.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';

/**
 * Why a frame of a macvlan's did not come to its parent, to a sibling, or from the parent to it, where no switch is behind
 * the parent that might reflect it: each of them sends by the parent's wire (`macvlan_queue_xmit`).
 */
export function relativeCause(path: Hop, to: Interface | Namespace): CauseAt | undefined {
  for (const hop of hopsOf(path)) {
    const { at, direction } = hop.frame;
    if (direction !== 'out') continue;
    const child = isLink(at, macvlan) ? at : undefined;
    const parent = child ? child.parent : at;
    if (!(parent instanceof Interface)) continue;
    const cause = child ? ofChild(child, parent, to) : ofParent(at, to);
    if (cause) return { hop: hop.next.find(({ frame }) => frame.at === parent) ?? hop, cause };
  }
  return undefined;
}

function ofChild(child: Macvlan, parent: Interface, to: Interface | Namespace): Cause | undefined {
  const device = deviceName(child);
  if (isOf(parent, to)) return { code: 'macvlan.parent', facts: { device, parent: deviceName(parent) } };
  const sibling = childOf(parent, to, child);
  if (!sibling || (child.mode === 'bridge' && sibling.mode === 'bridge')) return undefined;
  const facts = { device, sibling: deviceName(sibling), parent: deviceName(parent) };
  return { code: 'macvlan.siblings', facts };
}

function ofParent(parent: Interface, to: Interface | Namespace): Cause | undefined {
  const child = childOf(parent, to);
  return child && { code: 'macvlan.parent', facts: { device: deviceName(child), parent: deviceName(parent) } };
}

function childOf({ children }: Interface, to: Interface | Namespace, except?: Macvlan): Macvlan | undefined {
  return [...children].find(
    (child): child is Macvlan => isLink(child, macvlan) && child !== except && !child.deleted && isOf(child, to),
  );
}

function isOf(device: Interface, to: Interface | Namespace): boolean {
  return device === to || device.namespace === to;
}
