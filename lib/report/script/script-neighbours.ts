import type { Request } from '../../netlink/request.ts';
import { ipNeighbour } from '../../netlink/routing/neighbour.ts';
import type { WholeNamespace } from '../lab-state.ts';

/** Adds the permanent neighbour entries. */
export function neighbourRequests(namespace: WholeNamespace): Request[] {
  return namespace.neighbours
    .filter((neighbour) => neighbour.state === 'PERMANENT')
    .map((neighbour) => ipNeighbour.replace(neighbour));
}

/** Adds the addresses that a namespace answers for (`ip neighbour show proxy`). */
export function proxyRequests(namespace: WholeNamespace): Request[] {
  return namespace.proxies.map((proxy) => ipNeighbour.add({ ...proxy, proxy: true }));
}
