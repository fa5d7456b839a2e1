import { engineOf } from '../lab/engines/engine.ts';
import type { Namespace } from '../lab/index.ts';
import { readOf } from '../lab/programs/exec.ts';
import { deviceNames } from '../state/entries/entry-kind.ts';
import { legacyCountersOf } from './legacy-rules.ts';

/** A packet counter: of nftables by its name, of a rule of nftables or iptables, of a queueing discipline, or of a filter's action. */
export interface CounterEntry {
  /** The name of an nftables `counter`; undefined for the counter of a rule. */
  counter: string | undefined;
  /** The comment of the rule. */
  comment: string | undefined;
  /** For nftables and iptables. */
  family: string | undefined;
  table: string | undefined;
  chain: string | undefined;
  /** For a queueing discipline: its kind, its device and its handle (`1:`). */
  qdisc: string | undefined;
  dev: string | undefined;
  handle: string | undefined;
  /** For an action of `tc filter`: the kind of the filter, and of the action. */
  filter: string | undefined;
  action: string | undefined;
  /** Where the filter is: `ingress`, `egress`, or the handle of a queueing discipline. */
  parent: string | undefined;
  /** The filter's preference. */
  pref: number | undefined;
  packets: number;
  bytes: number;
  /** For `tc`: how many packets it dropped. */
  drops: number | undefined;
}

/**
 * The counters of a namespace, as `nft`, the older iptables and `tc` have them.
 *
 * @param withFilters whether those of the actions of filters, too
 */
export function listCounters(call: string, namespace: Namespace, withFilters: boolean): CounterEntry[] {
  const { nftables } = readJson(call, namespace, 'nft', ['list', 'ruleset']) as { nftables: NftObject[] };
  const qdiscs = readJson(call, namespace, 'tc', ['-s', 'qdisc', 'show']) as TcQdisc[];
  const filters = (qdisc: TcQdisc) => parentsOf(qdisc).flatMap((at) => filtersAt(call, namespace, qdisc.dev, at));
  return [
    ...nftables.flatMap(ofNft),
    ...legacyCountersOf(call, namespace).map((rule) => ({ ...NONE, ...rule })),
    ...qdiscs.map(({ kind, handle, dev, packets = 0, bytes = 0, drops = 0 }) => ({
      ...{ ...NONE, qdisc: kind, dev, handle, packets, bytes, drops },
    })),
    ...(withFilters ? qdiscs.flatMap(filters) : []),
  ];
}

function readJson(call: string, namespace: Namespace, program: 'nft' | 'tc', words: readonly string[]): unknown {
  const args = ['-j', ...words];
  const text = readOf(call, namespace, program, args);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // tc prints some matches and filters as words only.
    throw new Error(`${call}: ${program} ${args.join(' ')} prints no JSON`, { cause });
  }
}

/** What `nft -j list ruleset` prints (libnftables-json(5)). */
interface NftObject {
  counter?: { family: string; table: string; name: string; packets: number; bytes: number };
  rule?: { family: string; table: string; chain: string; comment?: string; expr: readonly { counter?: unknown }[] };
}

interface TcStats {
  packets?: number;
  bytes?: number;
  drops?: number;
}

interface TcQdisc extends TcStats {
  kind: string;
  handle: string;
  dev: string;
}

/** A filter is listed twice: first its chain of one preference, then itself with its options. */
interface TcFilter {
  kind: string;
  pref: number;
  options?: { actions?: readonly { kind: string; stats?: TcStats }[] };
}

const NONE = {
  ...{ counter: undefined, comment: undefined, family: undefined, table: undefined, chain: undefined },
  ...{ qdisc: undefined, dev: undefined, handle: undefined, drops: undefined },
  ...{ filter: undefined, action: undefined, parent: undefined, pref: undefined },
};

function ofNft({ counter, rule }: NftObject): CounterEntry[] {
  if (counter) {
    const { name, family, table, packets, bytes } = counter;
    return [{ ...NONE, counter: name, family, table, packets, bytes }];
  }
  return (rule?.expr ?? []).flatMap(({ counter: own }) => {
    // A name stands for a counter that is listed by itself.
    if (!rule || typeof own !== 'object' || own === null) return [];
    const { family, table, chain, comment } = rule;
    const { packets, bytes } = own as { packets: number; bytes: number };
    return [{ ...NONE, comment, family, table, chain, packets, bytes }];
  });
}

/** Where a queueing discipline has filters. One that the kernel chose has no handle, and none. */
function parentsOf({ kind, handle }: TcQdisc): string[] {
  if (kind === 'clsact') return ['ingress', 'egress'];
  if (kind === 'ingress') return ['ingress'];
  return handle === '0:' ? [] : [handle];
}

/** A filter counts by its actions: without any it only classifies. */
function filtersAt(call: string, namespace: Namespace, dev: string, parent: string): CounterEntry[] {
  const place = ['ingress', 'egress'].includes(parent) ? [parent] : ['parent', parent];
  return filtersOf(call, namespace, dev, place).flatMap(({ kind, pref, options }) =>
    (options?.actions ?? []).map(({ kind: action, stats: { packets = 0, bytes = 0, drops = 0 } = {} }) => ({
      ...{ ...NONE, filter: kind, action, dev, parent, pref, packets, bytes, drops },
    })),
  );
}

function filtersOf(call: string, namespace: Namespace, dev: string, place: readonly string[]): TcFilter[] {
  try {
    return readJson(call, namespace, 'tc', ['-s', 'filter', 'show', 'dev', dev, ...place]) as TcFilter[];
  } catch (error) {
    // Programs take devices away at any time.
    if ([...deviceNames(engineOf(namespace).rtnetlink).values()].includes(dev)) throw error;
    return [];
  }
}
