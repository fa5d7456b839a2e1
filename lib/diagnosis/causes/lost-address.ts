import { engineOf } from '../../lab/engine.ts';
import type { Lab } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { goneBecause } from '../../probes/gone-address.ts';

/** That no device has an address; and who had it. */
export function lostAddress(lab: Lab, address: string): Cause {
  const holder = engineOf(lab).addresses.holderOf(address);
  if (!holder) return { code: 'address.none', facts: { address } };
  return { code: 'address.gone', facts: { address, holder: holder.name, ...goneBecause(holder, address) } };
}
