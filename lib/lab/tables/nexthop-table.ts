import { checkInteger, checkOptions, UsageError, wrongOption } from '../../base/validate.ts';
import type { Causes } from '../../netlink/request.ts';
import type { Encap } from '../../netlink/routing/lwtunnel.ts';
import { ipNexthop, RESILIENT } from '../../netlink/routing/nexthop.ts';
import { checkOptionValues } from '../../state/entries/fields.ts';
import { type NexthopEntry, nexthopEntry, nexthopFields } from '../../state/entries/nexthop-entry.ts';
import { type Family, familyOf } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { checkEncap } from './check-encap.ts';
import { deviceOf } from './route-options.ts';

/** A new nexthop object, in the words of `ip nexthop` (camel-cased). */
export interface NexthopOptions {
  /** Routes refer to it by this number (`nhid`). */
  id: number;
  via?: string;
  dev?: Interface | string;
  /** The family, without `via`. @default 4 */
  family?: Family;
  /** Treat `via` as on the link. */
  onlink?: boolean;
  /** Drop the packets. */
  blackhole?: boolean;
  /** It is for FDB entries of a VXLAN device. */
  fdb?: boolean;
  /** The encapsulation of its packets. */
  encap?: Encap;
  /** The members of a group. Each gets a share of the packets by its weight, 1 to 256; since Linux 6.12 up to 65535. */
  group?: readonly { id: number; weight?: number }[];
  /** How a group chooses a member. @default 'mpath' */
  type?: 'mpath' | 'resilient';
  /** The number of buckets of a resilient group. Its timers are in seconds. */
  buckets?: number;
  idleTimer?: number;
  unbalancedTimer?: number;
}

const OPTIONS = Object.keys(nexthopFields);
const OF_RESILIENT = ['buckets', 'idleTimer', 'unbalancedTimer'] as const;

/** The nexthop objects of a namespace, as `ip nexthop` has them. */
export class NexthopTable {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Adds a nexthop, or a group of them. A route takes it by `nhid`.
   *
   * @throws UsageError for a wrong option; KernelError `EEXIST` when the id is taken
   * @example r.nexthop.add({ id: 1, via: '10.0.0.2', dev: 'eth0' })
   * @example r.nexthop.add({ id: 10, group: [{ id: 1, weight: 3 }, { id: 2 }], type: 'resilient', buckets: 32 })
   */
  add(options: NexthopOptions): void {
    this.#give('add', options, { EEXIST: 'there is a nexthop of this id already: replace it' });
  }

  /**
   * Adds a nexthop, or has the one of its `id` lead elsewhere, in one step: the routes and groups that name it stay, and no
   * packet is without a way between. A group stays a group of its type, and of a resilient one only buckets that have been
   * idle for its `idleTimer` move (`replace_nexthop`).
   *
   * @throws UsageError for a wrong option; KernelError `EINVAL` for a group in the place of a single one, or the reverse
   * @example r.nexthop.replace({ id: 10, group: [{ id: 2 }, { id: 3 }] })
   */
  replace(options: NexthopOptions): void {
    this.#give('replace', options, {});
  }

  /** Deletes a nexthop; the routes that lead to it go with it. @throws KernelError `ENOENT` when there is none */
  delete(id: number): void {
    change(`${this.#namespace}.nexthop.delete`, this.#namespace, [id], (call) => {
      checkId(call, id);
      const causes = { ENOENT: 'there is no such nexthop' };
      engineOf(this.#namespace).rtnetlink.change(ipNexthop.delete({ id }, causes));
    });
  }

  /** The nexthops that the kernel has now, by their ids. */
  list(): NexthopEntry[] {
    ask(`${this.#namespace}.nexthop.list`, this.#namespace);
    return nexthopEntry.list(engineOf(this.#namespace));
  }

  #give(verb: 'add' | 'replace', options: NexthopOptions, causes: Causes): void {
    change(`${this.#namespace}.nexthop.${verb}`, this.#namespace, [options], (call) => {
      checkOptions(call, options, OPTIONS);
      const { dev: _, ...fields } = nexthopFields;
      const checked = checkOptionValues(call, fields, options);
      checkTogether(call, options);
      const { id, via, dev, onlink = false, blackhole = false, fdb = false, encap, group, type } = checked;
      const isResilient = type === 'resilient';
      const { buckets, idleTimer, unbalancedTimer } = checked;
      const nexthop = {
        ...{ id, via, onlink, blackhole, fdb, encap },
        // A group's members say theirs.
        family: group ? undefined : (checked.family ?? familyOf(via ?? '') ?? 4),
        device: dev === undefined ? undefined : deviceOf(this.#namespace, dev),
        ...(group && { group: group.map(({ id: member, weight = 1 }) => ({ id: member, weight })) }),
        ...(isResilient && { groupType: RESILIENT, resilient: { buckets, idleTimer, unbalancedTimer } }),
      };
      engineOf(this.#namespace).rtnetlink.change(ipNexthop[verb](nexthop, causes));
      // The remote ends of a vxlan share its frames. Of others, the route counts.
      if (group && fdb) engineOf(this.#namespace.lab).visits.addFault();
    });
  }
}

function checkId(call: string, id: unknown): void {
  if (id === undefined) throw new UsageError(`${call}: id must be given: a whole number from 1 to 4294967295`);
  checkInteger(call, 'id', id, 1, 2 ** 32 - 1);
}

function checkTogether(call: string, options: NexthopOptions): void {
  const { id, via, dev, blackhole, fdb, encap, group, type = 'mpath' } = options;
  checkId(call, id);
  if (group !== undefined && (!Array.isArray(group) || group.length === 0))
    throw wrongOption(call, 'group', 'a list such as [{ id: 1 }, { id: 2 }]', group);
  for (const [at, member] of group?.entries() ?? []) checkId(`${call}: group[${at}]`, member?.id);
  checkEncap(call, encap);
  const stray = Object.entries({ via, dev, blackhole, encap }).find(([, value]) => value !== undefined);
  if (group && stray) throw new UsageError(`${call}: a group has members in place of ${stray[0]}`);
  if (!group && type === 'resilient')
    throw new UsageError(`${call}: a resilient nexthop is a group: add its members as group`);
  const timer = OF_RESILIENT.find((name) => options[name] !== undefined);
  if (timer && type !== 'resilient') throw new UsageError(`${call}: ${timer} belongs to the type resilient`);
  if (!group && !blackhole && via === undefined && dev === undefined)
    throw new UsageError(`${call}: a nexthop takes via, dev, blackhole or group`);
  if (fdb && dev !== undefined) throw new UsageError(`${call}: an fdb nexthop takes via alone: received dev`);
}
