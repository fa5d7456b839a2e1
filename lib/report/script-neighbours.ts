import { ipNeighbour } from '../netlink/neighbour.ts';
import type { WholeLabState, WholeNamespace } from './lab-state.ts';
import { sayer } from './script-words.ts';

/** Adds the permanent neighbour entries. */
export function neighbourLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return namespace.neighbours
    .filter((neighbour) => neighbour.state === 'PERMANENT')
    .map((neighbour) => say(ipNeighbour.replace(neighbour)));
}

/** Adds the addresses that a namespace answers for (`ip neighbour show proxy`). */
export function proxyLines(state: WholeLabState, namespace: WholeNamespace): string[] {
  const say = sayer(state, namespace.name);
  return namespace.proxies.map((proxy) => say(ipNeighbour.add({ ...proxy, proxy: true })));
}
