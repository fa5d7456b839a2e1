import { listAddresses } from '../../kernel/rtnetlink/address.ts';
import type { Interface, Lab, Namespace } from '../../lab/index.ts';

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
  const all = listAddresses(namespace.rtnetlink, { operation: `ip -n ${namespace} address show` });
  return all.some((own) => own.address === address);
}
