import type { Interface, Lab, Namespace } from '../../lab/index.ts';
import { ipAddress } from '../../netlink/address.ts';
import { ipRoute } from '../../netlink/route.ts';
import { contains, familyOf } from '../../wire/ip-address.ts';

/** The device of the lab that has an address. */
export function ownerOf(lab: Lab, address: string): Interface | undefined {
  for (const namespace of lab.namespaces) {
    const owner = ownerIn(namespace, address);
    if (owner) return owner;
  }
  return undefined;
}

/** The device of a namespace that has an address. */
export function ownerIn({ interfaces }: Namespace, address: string): Interface | undefined {
  return interfaces.find((device) => device.address.list().some((own) => own.address === address));
}

/** Who has an address, be it on the loopback, or on a device that the lab does not know. */
export function holderOf(lab: Lab, address: string): Namespace | undefined {
  return lab.namespaces.find((namespace) => namespace.role !== 'switch' && holds(namespace, address));
}

export function holds(namespace: Namespace, address: string): boolean {
  const all = namespace.rtnetlink.list(ipAddress.all());
  return all.some((own) => own.address === address) || hasLocalRoute(namespace, address);
}

/** Whether it answers for an address as one of several: an IPv6 router for the first address of its subnets. */
export function answersAnycast(namespace: Namespace, address: string): boolean {
  const routes = familyOf(address) === 6 ? namespace.rtnetlink.list(ipRoute.all({ family: 6 })) : [];
  return routes.some(({ type, to }) => type === 'anycast' && to.address === address);
}

/** Whether a program gave it a whole subnet to answer for: `ip route add local 10.9.0.0/16 dev lo` (AnyIP). */
function hasLocalRoute(namespace: Namespace, address: string): boolean {
  const family = familyOf(address);
  if (namespace.lab.isPristine || family === undefined) return false;
  return namespace.rtnetlink
    .list(ipRoute.all({ family }))
    .some(({ type, ofTheKernel, to }) => type === 'local' && !ofTheKernel && contains(to, address));
}
