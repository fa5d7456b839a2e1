import { engineOf } from '../../lab/engines/engine.ts';
import type { Lab, Namespace } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import type { AddressState } from '../../netlink/address.ts';
import { ipRoute } from '../../netlink/routing/route.ts';
import { goneBecause } from '../../probes/gone-address.ts';
import { familyOf } from '../../wire/ip-address.ts';

/** That no device has an address; and who had it. */
export function lostAddress(lab: Lab, address: string): Cause {
  const holder = engineOf(lab).addresses.holderOf(address);
  if (!holder) return { code: 'address.none', facts: { address } };
  return { code: 'address.gone', facts: { address, holder: holder.name, ...goneBecause(holder, address) } };
}

/** The same, of an address that a host asked for; and which of its routes leads there. */
export function lostNextHop(namespace: Namespace, address: string): Cause {
  const cause = lostAddress(namespace.lab, address);
  if (cause.code !== 'address.none') return cause;
  const routes = engineOf(namespace).rtnetlink.list(ipRoute.all({ family: familyOf(address) ?? 4 }));
  const route = routes.find(({ via, nextHops }) => [via, ...nextHops.map((each) => each.via)].includes(address));
  if (!route) return cause;
  const to = route.to.length === 0 ? 'default' : `${route.to.address}/${route.to.length}`;
  return { ...cause, facts: { address, route: { namespace: namespace.name, to } } };
}

/** Why an address that a host has cannot be used. One that failed is tentative for good (`addrconf_dad_stop`). */
export function unusableCause({ name: namespace }: Namespace, own: AddressState): Cause | undefined {
  const { address, length, dadFailed, tentative } = own;
  if (dadFailed) return { code: 'address.duplicate', facts: { namespace, address } };
  return tentative ? { code: 'address.tentative', facts: { namespace, address, length } } : undefined;
}
