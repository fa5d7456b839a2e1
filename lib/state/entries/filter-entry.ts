import { type Filter, parentText, protocolText } from '../../netlink/tc/filter.ts';
import type { FilterFlags, Flower } from '../../netlink/tc/flower.ts';
import type { TcAction } from '../../netlink/tc/tc-actions.ts';
import type { DeviceNames } from './entry-kind.ts';

/** A filter of traffic control, as `tc filter` lists it: in the words in which a spec adds one. */
export interface FilterEntry {
  /** `ingress`, `egress`, or the handle of a queueing discipline. */
  parent: string;
  /** `ip`, or a number in hexadecimal. */
  protocol: string;
  pref: number;
  chain: number;
  handle: number;
  /** `flower`, `matchall`, `u32` … */
  kind: string;
  flower: Flower | undefined;
  matchall: FilterFlags | undefined;
  actions: readonly TcAction<string>[];
  /** What of it hairpin does not read, `the kind u32` say; then neither its keys nor its actions are there. */
  unsaid: string | undefined;
}

export function filterEntries(filters: readonly Filter[], names: DeviceNames): FilterEntry[] {
  return filters.map(({ parent, protocol, pref, chain, handle, kind, said, unsaid }) => ({
    ...{ parent: parentText(parent), protocol: protocolText(protocol), pref, chain, handle, kind },
    ...{ flower: said?.flower, matchall: said?.matchall },
    ...{ actions: (said?.actions ?? []).map((action) => withName(action, names)), unsaid },
  }));
}

function withName(action: TcAction, names: DeviceNames): TcAction<string> {
  if (typeof action === 'string') return action;
  const { mirred, ...rest } = action;
  return mirred ? { mirred: { ...mirred, dev: names.get(mirred.dev) ?? String(mirred.dev) } } : rest;
}
