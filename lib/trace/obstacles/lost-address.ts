import type { Lab } from '../../lab/index.ts';
import { goneBecause } from '../../probes/gone-address.ts';
import type { Obstacle } from './obstacle.ts';

/** That no device has an address; and who had it. */
export function lostAddress(lab: Lab, address: string): Obstacle {
  const holder = lab.addresses.holderOf(address);
  if (!holder) return { text: `no device of the lab has ${address}` };
  const { why, mend } = goneBecause(holder, address);
  return {
    text: `no device of the lab has ${address} any more: ${holder} had it`,
    hint: `${why}; ${mend ?? `give it again: address.add('${address}/…')`}`,
  };
}
