import { type Qdisc, TC_H_CLSACT, TC_H_ROOT } from '../../netlink/tc/qdisc.ts';
import { handleText } from '../../netlink/tc/tc-handle.ts';

/** A queueing discipline, as `tc qdisc` lists it. */
export interface QdiscEntry {
  /** `clsact`, `fq_codel`, `noqueue` … */
  kind: string;
  /** `root`, `clsact` (of `clsact` and `ingress`), or the class that it is the queue of, such as `1:1`. */
  parent: string;
  /** `0:` of one that nobody gave to the device. */
  handle: string;
  /** Those of its kind; undefined for a kind that hairpin does not make. */
  options: object | undefined;
}

export function qdiscEntry({ kind, parent, handle, options }: Qdisc): QdiscEntry {
  return { kind, parent: parentText(parent), handle: handleText(handle), options };
}

function parentText(parent: number): string {
  if (parent === TC_H_ROOT) return 'root';
  return parent === TC_H_CLSACT ? 'clsact' : handleText(parent);
}
