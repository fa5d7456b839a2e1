import type { Namespace } from '../lab/index.ts';
import { ipNtable } from '../netlink/neighbour-table.ts';
import type { Family } from '../wire/ip-address.ts';

/**
 * Watches the machine's neighbour table for the time of a question. All namespaces share one limit (`neigh_alloc`,
 * `gc_thresh3`), and a host that cannot make an entry drops its answer without a word: a loss meanwhile proves nothing.
 *
 * @returns what is asked afterwards: why nothing is known, or undefined
 */
export function watchNeighbourTable(namespace: Namespace, family: Family): () => string | undefined {
  const table = () => {
    const name = family === 4 ? 'arp_cache' : 'ndisc_cache';
    return namespace.rtnetlink.list(ipNtable.all()).find((each) => each.name === name && each.overflows !== undefined);
  };
  const before = table();
  return () => {
    const after = table();
    if (!before || !after || after.overflows === before.overflows) return undefined;
    return (
      `the machine's ${after.name} overflowed meanwhile (${after.entries} entries of all namespaces, at most ${after.limit}); ` +
      `raise net.ipv${family}.neigh.default.gc_thresh3 on the host`
    );
  };
}
