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
