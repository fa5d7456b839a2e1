import { ipNeighbour, type Neighbour } from '../../netlink/routing/neighbour.ts';
import { engineOf } from '../engines/engine.ts';
import type { Namespace } from '../namespace.ts';

/** The ARP and ND tables of a namespace, without the `NOARP` entries. */
export function listNeighbours(namespace: Namespace): Neighbour[] {
  return engineOf(namespace)
    .rtnetlink.list(ipNeighbour.all())
    .filter(({ state }) => state !== 'NOARP');
}
