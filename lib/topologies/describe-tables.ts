import { kindOf } from '../links/registry.ts';
import type { Request } from '../netlink/request.ts';
import type { Mroute } from '../netlink/routing/mroute.ts';
import type { Nexthop } from '../netlink/routing/nexthop.ts';
import { leadsNowhere, type Route, TABLE_MAIN } from '../netlink/routing/route.ts';
import { ipRule, KERNELS_OWN_RULES, type Rule } from '../netlink/routing/rule.ts';
import type { WholeNamespace } from '../report/lab-state.ts';
import { isMadeByCall } from '../report/script/mroute-words.ts';
import { gatewayRequests } from '../report/script/script-gateways.ts';
import { neighbourRequests, proxyRequests } from '../report/script/script-neighbours.ts';
import { nexthopRequests, nexthopsInOrder, routeConfig, routeRequests } from '../report/script/script-routes.ts';
import { type DeviceNames, nameIn } from '../state/entries/entry-kind.ts';
import { mrouteOf } from '../state/entries/mroute-entry.ts';
import { nexthopOf } from '../state/entries/nexthop-entry.ts';
import { entryOf } from '../state/entries/route-entry.ts';
import { ruleOf } from '../state/entries/rule-entry.ts';
import { FAMILIES } from '../wire/ip-address.ts';
import { omitEmpty } from './described.ts';
import type { Mapping } from './topology.ts';

/** The tables of a namespace in the words of its calls, and as requests what they cannot say. */
export interface DescribedTables {
  readonly tables: Mapping;
  readonly exec: readonly Request[];
}

export function describeTables(namespace: WholeNamespace): DescribedTables {
  const isSwitch = namespace.role === 'switch';
  const names: DeviceNames = new Map(namespace.links.map(({ index, name }) => [index, name]));
  const requests = routeRequests(namespace);
  const nexthops = nexthopsInOrder(namespace);
  const { added: rules, missing } = rulesOf(namespace);
  const neighbours = namespace.neighbours.filter(({ state }) => state === 'PERMANENT');
  const { proxies } = namespace;
  const ofSwitch = [
    ...rules.map((rule) => ipRule.add(rule)),
    ...neighbourRequests(namespace),
    ...proxyRequests(namespace),
  ];
  // A switch has no such tables in a file. `route.add` adds one route to a destination, and needs a way to its next hop: where more
  // than that was done, `ip` does all of it, in the order of a script.
  const [before, behind] = [gatewayRequests(namespace, 'add'), gatewayRequests(namespace, 'delete')];
  const areAdded = !isSwitch && requests.every(({ verb }) => verb === 'add') && before.length === 0;
  const ways = [...before, ...nexthopRequests(namespace), ...requests.map(({ request }) => request), ...behind];
  return {
    tables: omitEmpty({
      nexthops: areAdded ? nexthops.map((nexthop) => describeNexthop(nexthop, names)) : [],
      routes: areAdded ? requests.flatMap(({ route }) => (route ? [describeRoute(route, names)] : [])) : [],
      ...(isSwitch
        ? {}
        : {
            mroutes: namespace.mroutes
              .filter((each) => isMadeByCall(each, namespace))
              .map((each) => describeMroute(each, names)),
            rules: rules.map(describeRule),
            neighbours: describeNeighbours(neighbours, proxies, names),
          }),
    }),
    exec: [...(areAdded ? [] : ways), ...missing.map((rule) => ipRule.delete(rule)), ...(isSwitch ? ofSwitch : [])],
  };
}

function describeRoute(route: Route, names: DeviceNames): Mapping {
  const entry = entryOf(route, names);
  const { scope, metric, preference } = routeConfig(route);
  const { to, family, type, table, proto, tos, expires: _, nextHops, via, dev, onlink, encap, nhid, ...rest } = entry;
  const leads = !leadsNowhere(route) && nhid === undefined;
  const isDefault = to === 'default' && family === 6 && (!via || !leads);
  return omitEmpty({
    to,
    ...(leads ? { via, dev, onlink, encap, nextHops: nextHops?.map(describeHop) } : {}),
    ...rest,
    ...(isDefault ? { family } : {}),
    ...(type === 'unicast' ? {} : { type }),
    ...(table === TABLE_MAIN ? {} : { table }),
    ...(proto === 'boot' ? {} : { proto }),
    ...(tos === 0 ? {} : { tos }),
    ...{ metric, pref: preference, scope: scope === undefined ? undefined : entry.scope, nhid },
  });
}

function describeHop({ weight, ...hop }: Readonly<{ weight: number }>): Mapping {
  return omitEmpty({ ...hop, ...(weight === 1 ? {} : { weight }) });
}

function describeNexthop(nexthop: Nexthop, names: DeviceNames): Mapping {
  const { family, dev, type, group, ...rest } = nexthopOf(nexthop, names);
  return omitEmpty({
    ...rest,
    ...(nexthop.via === undefined && group === undefined && family === 6 ? { family } : {}),
    ...(nexthop.blackhole ? {} : { dev }),
    ...(type === 'mpath' ? {} : { type }),
    group: group?.map(({ id, weight }) => omitEmpty({ id, weight: weight === 1 ? undefined : weight })),
  });
}

function describeMroute(route: Mroute, names: DeviceNames): Mapping {
  const { group, source, in: input, out } = mrouteOf(route, names);
  return omitEmpty({
    group,
    source,
    in: input,
    out: out.map(({ dev, ttl }) => (ttl === 1 ? dev : omitEmpty({ dev, ttl }))),
  });
}

/** The rules that somebody added, and those of the kernel that somebody deleted. */
function rulesOf(namespace: WholeNamespace): { added: Rule[]; missing: Parameters<typeof ipRule.delete>[0][] } {
  // A kernel without policy routing lists none (CONFIG_IP_MULTIPLE_TABLES).
  if (namespace.rules.length === 0) return { added: [], missing: [] };
  const brought = new Set(namespace.links.map((link) => kindOf(link)?.description.bringsRule));
  const keyOf = ({ priority, table }: Rule) => `${priority} ${table}`;
  const added = namespace.rules
    .filter((rule) => rule.unknown.length === 0)
    .filter((rule) => !(rule.isPlain && KERNELS_OWN_RULES[rule.family].includes(keyOf(rule))))
    .filter((rule) => !(rule.isOfVrfs && brought.has(rule.priority)));
  const missing = FAMILIES.flatMap((family) =>
    KERNELS_OWN_RULES[family]
      .filter((key) => !namespace.rules.some((rule) => rule.family === family && rule.isPlain && keyOf(rule) === key))
      .map((key) => {
        const [priority = 0, table = 0] = key.split(' ').map(Number);
        return { family, priority, table, action: 'to_tbl' as const };
      }),
  );
  return { added, missing };
}

function describeRule(rule: Rule): Mapping {
  const { family, type, tos, from, to, proto, ...rest } = ruleOf(rule);
  const isPlain = type === 'lookup' || type === 'goto';
  return omitEmpty({
    ...(family === 6 && from === undefined && to === undefined ? { family } : {}),
    ...{ from, to },
    ...rest,
    ...(isPlain ? {} : { type }),
    ...(tos === 0 ? {} : { tos }),
    ...(proto === 'unspec' ? {} : { proto }),
  });
}

function describeNeighbours(
  neighbours: WholeNamespace['neighbours'],
  proxies: WholeNamespace['proxies'],
  names: DeviceNames,
): Mapping[] {
  const dev = (index: number) => nameIn(names, index);
  return [
    ...neighbours.map(({ to, lladdr, device, router, externLearn }) =>
      omitEmpty({ to, lladdr, dev: dev(device), router, externLearn }),
    ),
    ...proxies.map(({ to, device }) => omitEmpty({ to, dev: dev(device), proxy: true })),
  ];
}
