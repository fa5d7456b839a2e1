import type { Interface, Lab } from '../../lab/index.ts';

/** The device of the lab that has an address. */
export function ownerOf(lab: Lab, address: string): Interface | undefined {
  return lab.namespaces
    .flatMap(({ interfaces }) => interfaces)
    .find((device) => device.address.list().some((own) => own.address === address));
}
