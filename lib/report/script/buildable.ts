import { kindOf } from '../../links/registry.ts';
import { linkAt } from '../../state/find-link.ts';
import type { Link } from '../../state/network-state.ts';
import { devicesIn } from '../lab-devices.ts';
import type { WholeLabState, WholeNamespace } from '../lab-state.ts';

/** A lab as far as a script can make it, and a remark on each device that it cannot. */
export interface Buildable {
  readonly state: WholeLabState;
  readonly leftOut: readonly string[];
}

/** Takes the devices out that a script cannot make, with all that is of them: addresses, routes, neighbours, sysctls. */
export function buildable(state: WholeLabState): Buildable {
  const left = state.namespaces.map((namespace) =>
    devicesIn(namespace).flatMap((link) => {
      const why = whyNot(state, namespace, link);
      return why === undefined ? [] : [{ link, why }];
    }),
  );
  const leftOut = state.namespaces.flatMap(({ name }, at) =>
    (left[at] ?? []).map(({ link, why }) => `${name}/${link.name}, ${link.kind ?? 'unknown'}${why}`),
  );
  const namespaces = state.namespaces.map((namespace, at) =>
    without(namespace, new Map(left[at]?.map(({ link }) => [link.index, link]))),
  );
  return { state: { ...state, namespaces }, leftOut };
}

const ELSEWHERE = ': what it leads to is not of this lab';

/** Empty where there is no more to say than that its kind is not known. */
function whyNot(state: WholeLabState, namespace: WholeNamespace, link: Link): string | undefined {
  const { peer, lower } = link;
  const kind = kindOf(link);
  if (!kind) return '';
  if (kind.end === 'peer') return peer ? undefined : ELSEWHERE;
  if (kind.lower === 'none') return undefined;
  if (namespace.nics[link.index] !== undefined) return undefined;
  const below = lower && linkAt(state, lower);
  const there = lower && state.namespaces.find(({ name }) => name === lower.namespace);
  if (!below || !there) return ELSEWHERE;
  return whyNot(state, there, below) === undefined ? undefined : `: ${there.name}/${below.name} is left out`;
}

function without(namespace: WholeNamespace, gone: ReadonlyMap<number, Link>): WholeNamespace {
  if (gone.size === 0) return namespace;
  const isGone = (index: number | undefined) => index !== undefined && gone.has(index);
  const stays = ({ device }: { device?: number | undefined }) => !isGone(device);
  const names = [...gone.values()].map(({ name }) => name);
  const { links, addresses, routes, nexthops, mroutes, neighbours, proxies, fdb, mdb, qdiscs, changes } = namespace;
  const vlans = namespace.vlans.filter(({ index }) => !gone.has(index));
  const isOfBridge = (index: number, bridge: number) =>
    index === bridge || links.some((link) => link.index === index && link.master === bridge);
  const kept = nexthops.filter(stays);
  return {
    ...namespace,
    links: links.filter(({ index }) => !gone.has(index)).map((link) => (isGone(link.master) ? free(link) : link)),
    addresses: addresses.filter(({ index }) => !gone.has(index)),
    routes: routes.filter((route) => route.nextHops.every(stays)),
    nexthops: kept.filter(({ group }) => group.every(({ id }) => kept.some((each) => each.id === id))),
    mroutes: mroutes.filter(({ input, outputs }) => !isGone(input) && outputs.every(stays)),
    neighbours: neighbours.filter(stays),
    proxies: proxies.filter(stays),
    fdb: fdb.filter((entry) => stays(entry) && !isGone(entry.bridge)),
    mdb: mdb.filter(({ port, bridge }) => !isGone(port) && !isGone(bridge)),
    vlans,
    // A VLAN that no device is in has no settings.
    vlanMulticast: namespace.vlanMulticast.filter(({ bridge, id }) =>
      vlans.some((own) => isOfBridge(own.index, bridge) && own.vlans.some((vlan) => vlan.id === id)),
    ),
    qdiscs: qdiscs.filter(stays),
    tcFilters: namespace.tcFilters.filter(stays),
    changes: changes.filter(({ index }) => !gone.has(index)),
    changedSysctls: Object.fromEntries(
      Object.entries(namespace.changedSysctls).filter(([key]) => !names.some((name) => isOf(key, name))),
    ),
  };
}

/** A port of what there is not. */
function free(link: Link): Link {
  return { ...link, master: undefined, slaveKind: undefined, slaveData: undefined };
}

function isOf(sysctl: string, device: string): boolean {
  return [`.${device}.`, `/${device}/`].some((part) => sysctl.includes(part));
}
