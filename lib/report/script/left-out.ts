import { kindOf } from '../../links/registry.ts';
import { changedMulticast } from '../../netlink/bridge/bridge-vlan.ts';
import type { Names } from '../../netlink/names.ts';
import type { Mroute } from '../../netlink/routing/mroute.ts';
import { isLearnt } from '../../netlink/routing/neighbour.ts';
import { ipRoute, type Route } from '../../netlink/routing/route.ts';
import type { WholeLabState, WholeNamespace } from '../lab-state.ts';
import { givenAddresses, randomAddresses, withLength } from './given-addresses.ts';
import { givenRoutes } from './given-routes.ts';
import { attributesWithoutWords, newWordsOf } from './link-words.ts';
import { isMadeByCall, mrouteWords } from './mroute-words.ts';
import { instancesLeftOut } from './mst-instances.ts';
import { filtersLeftOut } from './script-filters.ts';
import { objectsLeftOut } from './script-objects.ts';
import { routeConfig, whyNoNexthop, whyNoRoute } from './script-routes.ts';
import { tcLeftOut } from './script-tc.ts';
import { namesIn, objectWords } from './script-words.ts';

/** The same as {@link leftOut} of a script, which takes older versions of `bridge` as well. A topology says these. */
export function leftOutOfScript(state: WholeLabState, namespace: WholeNamespace): string[] {
  const { name, links, vlans, mroutes } = namespace;
  const place = (device: number) => `${name}/${namesIn(state, name).device(device)}`;
  const newer = links.flatMap((link) =>
    newWordsOf(namespace, link).map(
      ({ words, hasNone }) =>
        `${words} of ${place(link.index)} (${hasNone ? 'iproute2 has no word for it' : 'needs an iproute2 newer than 6.1'})`,
    ),
  );
  const ofVlans = vlans.flatMap(({ index, vlans: own }) =>
    own
      .filter(({ neighSuppress }) => neighSuppress)
      .map(({ id }) => `neigh_suppress of VLAN ${id} of ${place(index)} (bridge vlan set, from iproute2 6.4 on)`),
  );
  const ofLimits = vlans.flatMap(({ index, vlans: own }) =>
    own
      .filter((vlan) => changedMulticast(vlan).mcastMaxGroups !== undefined)
      .map(({ id }) => `mcast_max_groups of VLAN ${id} of ${place(index)} (bridge vlan set, from iproute2 6.3 on)`),
  );
  const ofGroups = mroutes
    .filter((route) => isMadeByCall(route, namespace))
    .map((route) => mrouteLeftOut(route, name, namesIn(state, name)));
  const ofInstances = instancesLeftOut(state, namespace);
  return [...leftOut(state, namespace), ...newer, ...ofInstances, ...ofVlans, ...ofLimits, ...ofGroups];
}

/** `ip mroute` shows multicast routes, but cannot add any. */
function mrouteLeftOut(route: Mroute, namespace: string, names: Names): string {
  return `the multicast route ${mrouteWords(route, names)} of ${namespace} (a program such as smcrouted can add it)`;
}

/** What of a namespace a script cannot say in the words of `ip`, `bridge` and `nft`: a remark each. */
export function leftOut(state: WholeLabState, namespace: WholeNamespace): string[] {
  const { name, nexthops, mroutes, rules, links, neighbours } = namespace;
  const names = namesIn(state, name);
  const place = (device: number) => `${name}/${names.device(device)}`;
  const { routes } = givenRoutes(namespace);
  const wordsOf = (route: Route) => objectWords(ipRoute.add(routeConfig(route)), names);
  return [
    ...links.flatMap((link) => attributesWithoutWords(namespace, link).map((what) => `${place(link.index)}: ${what}`)),
    ...links
      .flatMap((link) => kindOf(link)?.leftOut(place(link.index), Object(link.data)) ?? [])
      .map(({ what }) => what),
    ...neighbours
      .filter((neighbour) => neighbour.state !== 'PERMANENT' && !isLearnt(neighbour))
      .map(
        ({ to, device }) =>
          `the neighbour ${to} of ${place(device)}, which a program looks after (extern_learn, managed)`,
      ),
    ...links.filter(({ xdp }) => xdp).map(({ index }) => `the XDP program of ${place(index)}`),
    ...links.flatMap((link) =>
      givenAddresses(namespace, link)
        .filter(({ unknown }) => unknown.length > 0)
        .map(
          (address) => `of the address ${withLength(address)} of ${place(link.index)}: attributes ${address.unknown}`,
        ),
    ),
    ...links.flatMap((link) =>
      randomAddresses(namespace, link).map(
        (address) => `the address ${withLength(address)} of ${place(link.index)}: the kernel gives it one at random`,
      ),
    ),
    ...tcLeftOut(namespace, place),
    ...routes.flatMap((route) => {
      const why = whyNoRoute(route, namespace);
      return why === undefined ? [] : [`the route ${wordsOf(route)} of ${name}: ${why}`];
    }),
    ...routes.filter(({ expires }) => expires).map((route) => `that the route ${wordsOf(route)} of ${name} has an end`),
    ...nexthops.flatMap((nexthop) => {
      const why = whyNoNexthop(nexthop, nexthops);
      return why === undefined ? [] : [`the nexthop ${nexthop.id} of ${name}: ${why}`];
    }),
    ...mroutes
      .filter((route) => !route.unresolved && !isMadeByCall(route, namespace))
      .map((route) => mrouteLeftOut(route, name, names)),
    ...rules
      .filter(({ unknown }) => unknown.length > 0)
      .map(({ priority, family, unknown }) => `the rule ${priority} of IPv${family} of ${name}: attributes ${unknown}`),
    ...filtersLeftOut(namespace),
    ...objectsLeftOut(namespace, names),
    ...othersLeftOut(state, namespace, place),
  ];
}

function othersLeftOut(
  { namespaces }: WholeLabState,
  { name, links, otherObjects: { changed, groups, filtered } }: WholeNamespace,
  place: (device: number) => string,
): string[] {
  const isThere = ({ device }: { device: number }) => links.some(({ index }) => index === device);
  // A device above has its address in the filter of the one below (dev_uc_add).
  const above = (device: number) =>
    namespaces.flatMap(({ links: all }) =>
      all.filter(({ lower, master }) => (lower?.namespace === name && lower.index === device) || master !== undefined),
    );
  return [
    ...changed.map(({ what, command }) => `${what} of ${name} (${command})`),
    ...groups.filter(isThere).map(({ device, mac }) => `the group ${mac} of ${place(device)} (ip maddress)`),
    ...filtered
      .filter((each) => isThere(each) && !above(each.device).some(({ mac }) => mac === each.mac))
      .map(({ device, mac }) => `the address ${mac} that the filter of ${place(device)} lets in (bridge fdb … self)`),
  ];
}
