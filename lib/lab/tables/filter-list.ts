import type { Causes } from '../../netlink/request.ts';
import { tcFilter } from '../../netlink/tc/filter.ts';
import { listFilters } from '../../netlink/tc/list-filters.ts';
import { deviceNames } from '../../state/entries/entry-kind.ts';
import type { FilterEntry } from '../../state/entries/filter-entry.ts';
import { filterEntries } from '../../state/entries/filter-entry.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import { type FilterKey, type FilterOptions, parseFilter, parseFilterKey } from './filter-options.ts';

/** The filters of traffic control of one interface, as `tc filter` has them. */
export class FilterList {
  readonly #interface: Interface;

  constructor(owner: Interface) {
    this.#interface = owner;
  }

  /**
   * Adds a filter. Its place must be there: `qdisc.add({ kind: 'clsact' })`.
   *
   * @throws UsageError for a wrong option; KernelError `EEXIST` when there is such a filter already, `EINVAL` when the interface
   * has no such place, `ENOENT` when the kernel lacks the kind of filter or action (`CONFIG_NET_CLS_FLOWER`, `CONFIG_NET_ACT_MIRRED` …)
   * @example eth0.filter.add({ parent: 'ingress', protocol: 'ip', flower: { ipProto: 'tcp', dstPort: 80 }, action: 'drop' })
   * @example eth0.filter.add({ parent: 'egress', matchall: {}, action: { mirred: { egress: 'mirror', dev: tap } } })
   */
  add(options: FilterOptions): void {
    this.#give('add', options, { EEXIST: 'there is such a filter already: delete it first' });
  }

  /**
   * Adds a filter, or has the one of the same `pref` and `handle` be another, in one step. A `matchall` filter cannot be replaced
   * (`mall_change`).
   *
   * @throws UsageError for a wrong option; KernelError as {@link add} does
   */
  replace(options: FilterOptions): void {
    const cause =
      'a matchall filter cannot be replaced, and a flower filter only by its pref and handle: delete it first';
    this.#give('replace', options, { EEXIST: cause });
  }

  /**
   * Deletes filters: the one of a `handle`, all of a `pref`, or all of a `parent`.
   *
   * @throws UsageError for a wrong option; KernelError `ENOENT` or `EINVAL` when there is none
   * @example eth0.filter.delete({ parent: 'ingress', pref: 10 })
   */
  delete(key: FilterKey): void {
    change(`${this.#interface}.filter.delete`, this.#interface, [key], (call) => {
      const config = parseFilterKey(call, this.#interface, key);
      this.#send(tcFilter.delete(config, { ENOENT: 'there is no such filter', EINVAL: 'there is no such filter' }));
    });
  }

  /** The filters that the kernel has now, in every place, also those that hairpin cannot make: these have `unsaid`. */
  list(): FilterEntry[] {
    ask(`${this.#interface}.filter.list`, this.#interface);
    const { index: device, namespace } = this.#interface;
    const { rtnetlink } = engineOf(namespace);
    return filterEntries(listFilters(rtnetlink, device), deviceNames(rtnetlink));
  }

  #give(verb: 'add' | 'replace', options: FilterOptions, causes: Causes): void {
    change(`${this.#interface}.filter.${verb}`, this.#interface, [options], (call) => {
      const config = parseFilter(call, this.#interface, options);
      this.#send(tcFilter[verb](config, { ...causes, ...CAUSES }));
    });
  }

  #send(request: ReturnType<typeof tcFilter.add>): void {
    const { namespace } = this.#interface;
    engineOf(namespace.lab).visits.addFault();
    engineOf(namespace).rtnetlink.change(request);
  }
}

const CAUSES: Causes = {
  ENOENT: 'the kernel lacks the kind of filter or action, such as CONFIG_NET_CLS_FLOWER or CONFIG_NET_ACT_GACT',
  EOPNOTSUPP: 'the kernel lacks what an option needs, such as CONFIG_NF_CONNTRACK_ZONES for zone of ct',
};
