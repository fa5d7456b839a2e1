import { deviceWith, heldIn } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Lab, Namespace } from '../lab/index.ts';
import { ipRoute, USUAL_TABLES } from '../netlink/routing/route.ts';
import { contains, familyOf } from '../wire/ip-address.ts';

/** The device of the lab that has an address. */
export function ownerOf(lab: Lab, address: string): Interface | undefined {
  for (const namespace of lab.namespaces) {
    const owner = deviceWith(namespace, address);
    if (owner) return owner;
  }
  return undefined;
}

/** Who has an address, and the device that has it: none where that is the loopback, or one that the lab does not know. */
export interface Holder {
  namespace: Namespace;
  device: Interface | undefined;
}

/** Everybody who has an address. @param first who comes first, if it is one of them */
export function holdersOf(lab: Lab, address: string, first?: Namespace): Holder[] {
  const { namespaces } = lab;
  const { addresses, isPristine } = engineOf(lab);
  const maySeveral = !isPristine || addresses.isShared || addresses.isOfRouters(address);
  const holders: Holder[] = [];
  for (const namespace of first ? [first, ...namespaces.filter((each) => each !== first)] : namespaces) {
    if (namespace.role === 'switch') continue;
    const held = heldIn(namespace, address);
    if (held.length > 0 || hasLocalRoute(namespace, address) || answersAnycast(namespace, address))
      holders.push({ namespace, device: deviceWith(namespace, address, held) });
    if (holders.length > 0 && !maySeveral) break;
  }
  return holders;
}

/** Whether a namespace has an address, be it on the loopback, or on a device that the lab does not know. */
export function hasAddress(namespace: Namespace, address: string): boolean {
  return heldIn(namespace, address).length > 0 || hasLocalRoute(namespace, address);
}

/** Whether it answers for an address as one of several: an IPv6 router for the first address of its subnets. */
export function answersAnycast(namespace: Namespace, address: string): boolean {
  const { addresses, isPristine } = engineOf(namespace.lab);
  if (familyOf(address) !== 6 || (isPristine && !addresses.isOfRouters(address))) return false;
  const routes = engineOf(namespace).rtnetlink.list(ipRoute.all({ family: 6 }));
  return routes.some(({ type, to }) => type === 'anycast' && to.address === address);
}

/** Whether a program gave it a whole subnet to answer for: `ip route add local 10.9.0.0/16 dev lo` (AnyIP). */
function hasLocalRoute(namespace: Namespace, address: string): boolean {
  const family = familyOf(address);
  if (engineOf(namespace.lab).isPristine || family === undefined) return false;
  return engineOf(namespace)
    .rtnetlink.list(ipRoute.all({ family }))
    .some(
      ({ type, ofTheKernel, table, to }) =>
        type === 'local' && !ofTheKernel && USUAL_TABLES.includes(table) && contains(to, address),
    );
}
