import type { Lab } from '../../lab/index.ts';
import type { Obstacle } from './obstacle.ts';

/** That no device has an address; and who had it. The kernel takes IPv6 addresses along when a link goes down (`addrconf_ifdown`). */
export function lostAddress(lab: Lab, address: string): Obstacle {
  const holder = lab.lastGiven(address);
  if (!holder) return { text: `no device of the lab has ${address}` };
  const why = address.includes(':') ? 'IPv6 addresses go when their link goes down' : 'it was deleted';
  return {
    text: `no device of the lab has ${address} any more: ${holder} had it`,
    hint: `${why}; give it again: address.add('${address}/…')`,
  };
}
