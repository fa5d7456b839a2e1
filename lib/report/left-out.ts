import { kindOf } from '../links/registry.ts';
import { ipRoute, type Route } from '../netlink/route.ts';
import { givenAddresses, withLength } from './given-addresses.ts';
import { givenRoutes } from './given-routes.ts';
import type { WholeLabState, WholeNamespace } from './lab-state.ts';
import { attributesWithoutWords } from './link-words.ts';
import { saidRoute, whyNoNexthop, whyNoRoute } from './script-routes.ts';
import { namesIn } from './script-words.ts';

/** What of a namespace a script cannot say in the words of `ip`, `bridge` and `nft`: a remark each. */
export function leftOutLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  return leftOut(state, namespace).map((what) => `# Left out: ${what}`);
}

function leftOut(state: WholeLabState, namespace: WholeNamespace): string[] {
  const { name, qdiscs, nexthops, rules, filters, links } = namespace;
  const names = namesIn(state, name);
  const place = (device: number) => `${name}/${names.device(device)}`;
  const { routes } = givenRoutes(namespace);
  const wordsOf = (route: Route) =>
    ipRoute
      .add(saidRoute(route))
      .words({ ...names, namespace: undefined })
      .replace('ip route add ', '');
  return [
    ...links.flatMap((link) => attributesWithoutWords(namespace, link).map((what) => `${place(link.index)}: ${what}`)),
    ...links
      .filter((link) => kindOf(link)?.description.apart)
      .map((link) => `the keys and peers of ${place(link.index)}, a ${link.kind}`),
    ...links.filter(({ xdp }) => xdp).map(({ index }) => `the XDP program of ${place(index)}`),
    ...links.flatMap((link) =>
      givenAddresses(namespace, link)
        .filter(({ unknown }) => unknown.length > 0)
        .map(
          (address) => `of the address ${withLength(address)} of ${place(link.index)}: attributes ${address.unknown}`,
        ),
    ),
    ...qdiscs
      .filter(({ isGiven }) => isGiven)
      .map(({ device, kind }) => `the queueing discipline ${kind} of ${place(device)} (tc qdisc)`),
    ...routes.flatMap((route) => {
      const why = whyNoRoute(route, namespace);
      return why === undefined ? [] : [`the route ${wordsOf(route)} of ${name}: ${why}`];
    }),
    ...routes.filter(({ expires }) => expires).map((route) => `that the route ${wordsOf(route)} of ${name} has an end`),
    ...nexthops.flatMap((nexthop) => {
      const why = whyNoNexthop(nexthop, nexthops);
      return why === undefined ? [] : [`the nexthop ${nexthop.id} of ${name}: ${why}`];
    }),
    ...rules
      .filter(({ unknown }) => unknown.length > 0)
      .map(({ priority, family, unknown }) => `the rule ${priority} of IPv${family} of ${name}: attributes ${unknown}`),
    ...filters.legacy.map(
      (family) => `the tables of ${family === 'ip' ? 'iptables' : `${family}tables`}-legacy of ${name}`,
    ),
    ...(filters.ipsec ? [`the states and policies of IPsec of ${name} (ip xfrm)`] : []),
  ];
}
