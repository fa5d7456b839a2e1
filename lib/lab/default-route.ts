import { type AddressState, isRoutable } from '../netlink/address.ts';
import { contains, FAMILIES, type Family } from '../wire/ip-address.ts';
import type { Interface } from './interface.ts';

/**
 * Gives the hosts of a segment a default gateway: its first router that has an address on the host's subnet. A host that
 * has a default route keeps it, and one whose interface is down gets none.
 */
export function giveDefaultRoutes(device: Interface): void {
  const { segment, namespace } = device;
  if (!segment) return;
  segment.devices.push(device);
  const live = segment.devices.filter(({ deleted }) => !deleted);
  const routers = live.filter((other) => other.namespace.role === 'router');
  if (routers.length === 0) return;
  const offered = routers.flatMap(({ address }) => address.list()).filter(isRoutable);
  const hosts = namespace.role === 'router' ? live : [device];
  for (const host of hosts) {
    if (host.namespace.role === 'host') for (const family of FAMILIES) giveDefaultRoute(host, offered, family);
  }
}

function giveDefaultRoute(host: Interface, offered: readonly AddressState[], family: Family): void {
  const own = host.address.list().filter((address) => address.family === family && isRoutable(address));
  // A next hop must be on a link that is up (fib_check_nh).
  if (!host.state().up) return;
  // One on another subnet would be refused.
  const via = offered.find(({ address }) => own.some((prefix) => contains(prefix, address)));
  if (!via) return;
  const { route } = host.namespace;
  if (route.list({ family, type: 'unicast' }).some(({ to }) => to === 'default')) return;
  route.add({ to: 'default', via: via.address });
}
