import { engineOf } from '../../lab/engines/engine.ts';
import { isLink, type Namespace } from '../../lab/index.ts';
import { vrf } from '../../links/vrf.ts';
import type { CauseOf } from '../../model/cause.ts';
import { routeWords } from '../../model/route-lookup.ts';
import { ipRoute, type Route, TABLE_MAIN } from '../../netlink/routing/route.ts';
import { ipRule } from '../../netlink/routing/rule.ts';
import { contains, familyOf } from '../../wire/ip-address.ts';
import { deviceName } from '../names.ts';

/**
 * A route to an address that the look-up does not get to: a `throw` in the table main ends the look-up there, or no rule leads to the
 * route's table, or it is the table of a VRF.
 */
export function unusedRoute(
  namespace: Namespace,
  to: string,
): Pick<CauseOf<'route.none'>['facts'], 'thrown' | 'unused'> {
  const { rtnetlink } = engineOf(namespace);
  const family = familyOf(to) ?? 4;
  const routes = rtnetlink
    .list(ipRoute.all({ family }))
    .filter((each) => contains(each.to, to))
    .toSorted((one, other) => other.to.length - one.to.length);
  const main = routes.filter(({ table }) => table === TABLE_MAIN);
  if (main[0]?.type === 'throw' && main.some(({ type }) => type === 'unicast')) return { thrown: routeWords(main[0]) };
  const asked = rtnetlink.list(ipRule.all({ family })).map(({ table }) => table);
  const route = routes.find(({ type, table }) => type === 'unicast' && !asked.includes(table));
  return route ? { unused: { table: route.table, ...ofVrf(namespace, route) } } : {};
}

function ofVrf({ interfaces }: Namespace, { table }: Route) {
  const device = interfaces.find((each) => isLink(each, vrf) && each.table === table);
  return device ? { vrf: deviceName(device) } : {};
}
