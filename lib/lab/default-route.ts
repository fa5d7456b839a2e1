import type { Family } from '../wire/ip-address.ts';
import type { Interface } from './interface.ts';

/**
 * Gives the hosts of a segment its first router as default gateway, whichever was plugged in first. A host that has a
 * default route keeps it.
 */
export function giveDefaultRoutes(device: Interface): void {
  const { segment, namespace } = device;
  if (!segment) return;
  segment.devices.push(device);
  const live = segment.devices.filter(({ deleted }) => !deleted);
  const router = live.find((other) => other.namespace.role === 'router');
  if (!router) return;
  const hosts = namespace.role === 'router' ? live.filter((other) => other.namespace.role === 'host') : [device];
  for (const host of hosts) {
    if (host.namespace.role !== 'host') continue;
    for (const family of [4, 6] as const) giveDefaultRoute(host, router, family);
  }
}

function giveDefaultRoute(host: Interface, router: Interface, family: Family): void {
  const via = router.address.first(family);
  if (!via || !host.address.first(family)) return;
  const { route } = host.namespace;
  if (route.list(family).some(({ to }) => to.length === 0)) return;
  route.add({ to: 'default', via: via.address });
}
