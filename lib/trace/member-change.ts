import { engineOf } from '../lab/engines/engine.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import { kindOf } from '../links/registry.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';

/**
 * Within how many milliseconds a device of a lab may choose another of its members, or use one again: a bond looks at its slaves now and then,
 * and so may send packets into a dead one until then; 0 where none does.
 */
export function memberChangeIn({ namespaces }: Lab): number {
  return Math.max(0, ...namespaces.flatMap((each) => [...choosingDevices(each).values()]));
}

/** The devices of a namespace, by their ifindex, that may choose another of their members in a moment, and within how many milliseconds. */
export function choosingDevices(namespace: Namespace): ReadonlyMap<number, number> {
  if (!namespace.interfaces.some((device) => kindOf(device)?.description.changesMemberWithin)) return new Map();
  const links = engineOf(namespace).rtnetlink.list(ipLink.all());
  const all = links.map((link) => [link.index, changesWithin(link, links)] as const);
  return new Map(all.filter(([, within]) => within > 0));
}

function changesWithin(link: LinkState, links: readonly LinkState[]): number {
  const kind = kindOf(link);
  const members = links.filter(({ master }) => master === link.index);
  const told = members.map(({ up, carrier, slaveData }) => ({ carrier: up && carrier, status: Object(slaveData) }));
  return kind?.description.changesMemberWithin?.(kind.of(link), told) ?? 0;
}
