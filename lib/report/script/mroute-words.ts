import type { Names } from '../../netlink/names.ts';
import { MROUTE_TABLES, type Mroute } from '../../netlink/routing/mroute.ts';
import { isRoutedGroup } from '../../wire/ip-address.ts';
import type { WholeNamespace } from '../lab-state.ts';

/** A multicast route in the words of `ip mroute`: `(10.0.0.1,239.1.1.1) iif eth0 oifs eth1 eth2(ttl 8)`. */
export function mrouteWords(route: Mroute, names: Names): string {
  const { family, group, source = family === 4 ? '0.0.0.0' : '::', input, outputs, unresolved } = route;
  const oifs = outputs.map(({ device, ttl }) => `${names.device(device)}${ttl > 1 ? `(ttl ${ttl})` : ''}`);
  return [
    `(${source},${group})`,
    ...(input === undefined ? [] : ['iif', names.device(input)]),
    ...(oifs.length > 0 ? ['oifs', ...oifs] : []),
    ...(unresolved ? ['unresolved'] : []),
  ].join(' ');
}

/** Whether `ns.mroute.add` makes such a multicast route, so that a topology can say it. */
export function isMadeByCall({ family, group, table, input, unresolved }: Mroute, { role }: WholeNamespace): boolean {
  const isUsual = !unresolved && input !== undefined && table === MROUTE_TABLES[family];
  return role !== 'switch' && isUsual && isRoutedGroup(group);
}
