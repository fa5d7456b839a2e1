import { type AddressState, ipAddress } from '../netlink/address.ts';
import { familyOf } from '../wire/ip-address.ts';
import { engineOf } from './engines/engine.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';

/** The device with an index of a namespace's; undefined for one that hairpin does not know. */
export function deviceAt({ interfaces }: Namespace, index: unknown): Interface | undefined {
  return interfaces.find((device) => device.index === index);
}

/** An address at each device of a namespace that has it, also the loopback. One dump is for all devices. */
export function heldIn(namespace: Namespace, address: string): AddressState[] {
  return engineOf(namespace)
    .rtnetlink.list(ipAddress.all({ family: familyOf(address) }))
    .filter((own) => own.address === address);
}

/** The device of a namespace that has an address. */
export function deviceWith(
  namespace: Namespace,
  address: string,
  held: readonly AddressState[] = heldIn(namespace, address),
): Interface | undefined {
  return namespace.interfaces.find((device) => held.some(({ index }) => index === device.index));
}

/** Its name for messages: `a/eth0`, or `a/device 7` for one that hairpin does not know. */
export function labelAt(namespace: Namespace, index: number): `${string}/${string}` {
  return `${namespace.name}/${deviceAt(namespace, index)?.name ?? `device ${index}`}`;
}
