import { engineOf } from '../../lab/engine.ts';
import type { Lab, Namespace } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import type { AddressState } from '../../netlink/address.ts';
import { goneBecause } from '../../probes/gone-address.ts';

/** That no device has an address; and who had it. */
export function lostAddress(lab: Lab, address: string): Cause {
  const holder = engineOf(lab).addresses.holderOf(address);
  if (!holder) return { code: 'address.none', facts: { address } };
  return { code: 'address.gone', facts: { address, holder: holder.name, ...goneBecause(holder, address) } };
}

/** Why an address that a host has cannot be used. One that failed is tentative for good (`addrconf_dad_stop`). */
export function unusableCause({ name: namespace }: Namespace, own: AddressState): Cause | undefined {
  const { address, length, dadFailed, tentative } = own;
  if (dadFailed) return { code: 'address.duplicate', facts: { namespace, address } };
  return tentative ? { code: 'address.tentative', facts: { namespace, address, length } } : undefined;
}
