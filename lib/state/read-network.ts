import { ipvsServicesOf } from '../kernel/tables/ipvs-services.ts';
import { bridge } from '../links/bridge.ts';
import { isBridgePort } from '../links/bridge-port.ts';
import { hasPorts, kindOf } from '../links/registry.ts';
import { ipAddress } from '../netlink/address.ts';
import { bridgeMdb, type MdbEntry } from '../netlink/bridge/mdb.ts';
import { filtersOf } from '../netlink/netfilter/packet-filters.ts';
import { bridgeFdb, ipNeighbour } from '../netlink/routing/neighbour.ts';
import { ipNexthop } from '../netlink/routing/nexthop.ts';
import { ipRoute } from '../netlink/routing/route.ts';
import { ipRule } from '../netlink/routing/rule.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import { listFilters } from '../netlink/tc/list-filters.ts';
import { tcQdisc } from '../netlink/tc/qdisc.ts';
import { hasIpsec } from '../netlink/xfrm/ipsec.ts';
import { FAMILIES } from '../wire/ip-address.ts';
import { listMroutes } from './entries/mroute-entry.ts';
import type { Link, NamespaceState, NetworkState, PortVlans, StatePart } from './network-state.ts';
import { readChanges } from './read-changes.ts';
import { readLinks } from './read-links.ts';
import { readObjects } from './read-objects.ts';
import { readOtherObjects } from './read-other-objects.ts';
import { readOtherSysctls } from './read-other-sysctls.ts';
import { readDecisiveSysctls } from './read-sysctls.ts';
import { readVlanMulticast } from './read-vlan-multicast.ts';
import { readVlans, withInstances } from './read-vlans.ts';
import type { StateSource } from './state-source.ts';

/**
 * Reads a network from the kernel as it is at this moment, whoever made it so: nothing is remembered, nothing changed. It costs a
 * netlink dump a part and namespace; `sysctls` costs 10 µs a setting that is of no device, `filters` opens two more sockets.
 *
 * @param parts what is read besides the links; names that are not given are not in the state. @default all
 * @example const { namespaces } = readNetwork(lab.namespaces, ['addresses'])
 */
export function readNetwork(sources: readonly StateSource[]): NetworkState;
export function readNetwork<P extends StatePart>(sources: readonly StateSource[], parts: readonly P[]): NetworkState<P>;
export function readNetwork(
  sources: readonly StateSource[],
  parts: readonly StatePart[] = EVERY_PART,
): NetworkState<never> {
  const links = readLinks(sources);
  const namespaces = sources.map((source, at) => {
    const own = links[at] ?? [];
    return {
      name: source.name,
      links: own,
      ...Object.fromEntries(parts.map((part) => [part, READERS[part](source, own)])),
    };
  });
  return { namespaces };
}

type Readers = { [P in StatePart]: (source: StateSource, links: readonly Link[]) => NamespaceState[P] };

const READERS: Readers = {
  addresses: ({ rtnetlink }) =>
    FAMILIES.flatMap((family) => inOrderOfAge(rtnetlink.list(ipAddress.all({ family })), family)),
  routes: ({ rtnetlink }) => FAMILIES.flatMap((family) => rtnetlink.list(ipRoute.all({ family }))),
  rules: ({ rtnetlink }) => FAMILIES.flatMap((family) => rtnetlink.list(ipRule.all({ family }))),
  nexthops: ({ rtnetlink }) => rtnetlink.list(ipNexthop.all()),
  mroutes: ({ rtnetlink }) => listMroutes(rtnetlink),
  neighbours: ({ rtnetlink }) => rtnetlink.list(ipNeighbour.all()),
  proxies: ({ rtnetlink }) =>
    rtnetlink
      .list(ipNeighbour.all({ proxy: true }))
      .map(({ device, to, protocol }) => ({ device, to, ...(protocol ? { protocol } : {}) })),
  fdb: ({ rtnetlink }, links) => (links.some(hasFdb) ? rtnetlink.list(bridgeFdb.all()) : []),
  mdb: ({ rtnetlink }, links) =>
    links.some(hasPorts)
      ? rtnetlink.list(bridgeMdb.all()).flatMap(({ entries }) => entries.filter(isOfBridge(links)))
      : [],
  mcastRouters: ({ rtnetlink }, links) =>
    links.some(hasPorts) ? rtnetlink.list(bridgeMdb.all()).flatMap(({ routers }) => routers) : [],
  vlans: ({ rtnetlink }, links) => (links.some(hasPorts) ? vlansOf(rtnetlink, links) : []),
  vlanMulticast: ({ rtnetlink }, links) => readVlanMulticast(rtnetlink, links),
  qdiscs: ({ rtnetlink }) => rtnetlink.list(tcQdisc.all()),
  tcFilters: ({ rtnetlink }) => listFilters(rtnetlink),
  sysctls: ({ netns, rtnetlink }, links) => readDecisiveSysctls(netns, rtnetlink, links),
  filters: ({ netns }) => ({ ...filtersOf(netns), ipsec: hasIpsec(netns), ipvs: ipvsServicesOf(netns).length > 0 }),
  changes: readChanges,
  otherSysctls: ({ netns }, links) => readOtherSysctls(netns, links),
  objects: readObjects,
  otherObjects: readOtherObjects,
};

const EVERY_PART = Object.keys(READERS) as StatePart[];

/** The kernel lists the newest IPv6 address of a device first (`ipv6_link_dev_addr`). */
function inOrderOfAge<T>(addresses: readonly T[], family: 4 | 6): readonly T[] {
  return family === 4 ? addresses : addresses.toReversed();
}

function vlansOf(rtnetlink: NetlinkSocket, links: readonly Link[]): PortVlans[] {
  const all = readVlans(rtnetlink);
  return links.some(hasInstances) ? withInstances(rtnetlink, all, links.filter(hasInstances), links) : all;
}

function hasInstances(link: Link): boolean {
  return bridge.is(link) && bridge.of(link).mstEnabled === true;
}

/** From Linux 6.4 on a vxlan has such entries, too, with the remote ends of each group. */
function isOfBridge(links: readonly Link[]): (entry: MdbEntry) => boolean {
  return ({ bridge: of }) => links.some((link) => link.index === of && hasPorts(link));
}

/** A bridge, a port of one, or a tunnel that keeps a forwarding database of its own. */
function hasFdb(link: Link): boolean {
  return hasPorts(link) || isBridgePort(link) || kindOf(link)?.description.keepsFdb === true;
}
