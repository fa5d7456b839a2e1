import type { Qdisc } from '../netlink/tc/qdisc.ts';
import type { WholeNamespace } from '../report/lab-state.ts';
import { filtersSaid, qdiscsSaid } from '../report/script/script-tc.ts';
import type { DeviceNames } from '../state/entries/entry-kind.ts';
import { type FilterEntry, filterEntries } from '../state/entries/filter-entry.ts';
import { qdiscEntry } from '../state/entries/qdisc-entry.ts';
import type { Link } from '../state/network-state.ts';
import { omitEmpty } from './described.ts';
import type { Mapping } from './topology.ts';

/** The queueing disciplines and filters of a device, in the words of `qdisc.add` and `filter.add`. */
export function describeTraffic(namespace: WholeNamespace, { index }: Link): Mapping {
  const names: DeviceNames = new Map(namespace.links.map((link) => [link.index, link.name]));
  const isHere = ({ device }: { device: number }) => device === index;
  return omitEmpty({
    qdiscs: qdiscsSaid(namespace).filter(isHere).map(describeQdisc),
    filters: filterEntries(filtersSaid(namespace).filter(isHere), names).map(describeFilter),
  });
}

function describeQdisc(qdisc: Qdisc): Mapping {
  const { kind, parent, handle, options } = qdiscEntry(qdisc);
  if (parent === 'clsact') return { kind };
  return { kind, ...(parent === 'root' ? {} : { parent }), handle, ...options };
}

function describeFilter({ parent, protocol, pref, chain, handle, flower, matchall, actions }: FilterEntry): Mapping {
  const [action, ...more] = actions;
  const number = Number(protocol);
  return {
    ...{ parent, pref, handle },
    ...(protocol === 'all' ? {} : { protocol: Number.isNaN(number) ? protocol : number }),
    ...(chain === 0 ? {} : { chain }),
    ...(flower ? { flower } : { matchall }),
    ...(action === undefined ? {} : more.length === 0 ? { action } : { actions }),
  };
}
