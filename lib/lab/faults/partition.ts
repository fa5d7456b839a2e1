import { inspect } from 'node:util';
import { ResourceStack } from '../../base/resource-stack.ts';
import { show, UsageError } from '../../base/validate.ts';
import { SCOPE_HOST } from '../../netlink/address.ts';
import { listAddresses } from '../../netlink/list-addresses.ts';
import { NetfilterSocket } from '../../netlink/netfilter/netfilter-socket.ts';
import { deleteTable } from '../../netlink/netfilter/nf-tables.ts';
import { NO_MAC } from '../../wire/mac-address.ts';
import { checkLabOpen } from '../check-lab-open.ts';
import { engineOf } from '../engines/engine.ts';
import { createUnvaried, unwatched } from '../engines/watcher.ts';
import type { Lab } from '../lab.ts';
import { Namespace } from '../namespace.ts';
import { PARTITION_FAMILIES, partitionTable, type Sides } from './partition-tables.ts';

type Groups = readonly (readonly Namespace[])[];

/**
 * A split network: no frame gets from one group of hosts to another. It ends with its scope (`using`), by {@link heal}, or
 * with the lab.
 */
export class Partition implements Disposable {
  /** The hosts that still reach each other. */
  readonly groups: Groups;
  readonly #lab: Lab;
  readonly #table: string;
  readonly #resources: ResourceStack;

  constructor(lab: Lab, table: string, groups: Groups) {
    this.#lab = lab;
    this.#table = table;
    this.groups = groups;
    lab.discover();
    using resources = new ResourceStack();
    for (const group of groups) {
      const sides = sidesOf(lab, groups, group);
      for (const namespace of group) resources.use(closedTo(namespace, table, sides));
    }
    this.#resources = resources.move();
  }

  /** Ends the partition. A second call does nothing. */
  heal(): void {
    const { partitions, visits } = engineOf(this.#lab);
    if (partitions.delete(this.#table)) visits.addFault();
    this.#resources[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.heal();
  }

  /** `[a, b] | [c]`. */
  toString(): string {
    return this.groups.map((group) => `[${group.join(', ')}]`).join(' | ');
  }

  /** `partition [a, b] | [c]`, for `console.log`. */
  [inspect.custom](): string {
    return `partition ${this}`;
  }
}

/** Splits hosts into groups; {@link Lab.partition} is this. */
export function addPartition(lab: Lab, groups: Groups): Partition {
  const call = 'lab.partition';
  checkLabOpen(call, lab);
  checkGroups(call, lab, groups);
  const { partitions, resources, visits } = engineOf(lab);
  const partition = createUnvaried(() => {
    const table = freeName(partitions);
    const made = new Partition(lab, table, groups);
    partitions.set(table, made);
    return made;
  });
  visits.addFault();
  resources.add({ close: () => unwatched(() => partition.heal()) });
  return partition;
}

function checkGroups(call: string, lab: Lab, groups: Groups): void {
  if (groups.length < 2 || groups.some((group) => !Array.isArray(group) || group.length === 0)) {
    throw new UsageError(
      `${call}: it takes two or more groups of hosts, as in lab.partition([a, b], [c]): received ${show(groups)}`,
    );
  }
  const seen = new Set<Namespace>();
  for (const host of groups.flat()) {
    if (!(host instanceof Namespace))
      throw new UsageError(`${call}: a group takes hosts and routers: received ${show(host)}`);
    if (host.lab !== lab) throw new UsageError(`${call}: ${host} is in another lab`);
    if (host.role === 'switch') {
      throw new UsageError(
        `${call}: ${host} is a switch, which belongs to no group: name the hosts, or unplug the cable between two switches`,
      );
    }
    if (seen.has(host)) throw new UsageError(`${call}: ${host} is in two groups`);
    seen.add(host);
  }
}

/** Has a host drop what comes from the other groups, as long as it lives. The tables belong to a socket, so they end with this process. */
function closedTo(namespace: Namespace, table: string, sides: Sides): Disposable {
  using resources = new ResourceStack();
  const socket = resources.use(new NetfilterSocket(engineOf(namespace).netns));
  // What comes in by others is not for this host alone: frames for a macvlan on top, or for other ports of a bridge.
  const devices = namespace.interfaces.filter(({ children, isPort }) => children.size === 0 && !isPort);
  const names = devices.map(({ name }) => name);
  for (const family of PARTITION_FAMILIES) {
    const requests = partitionTable(family, table, sides, names);
    if (requests.length === 0) continue;
    socket.transact(requests);
    resources.defer(() => socket.transact([deleteTable({ family, table })]));
  }
  return resources.move();
}

/** Whom the hosts of a group hear, and whom not. */
function sidesOf(lab: Lab, groups: Groups, group: readonly Namespace[]): Sides {
  const others = groups.filter((each) => each !== group);
  return { own: macsOf(lab, [group]), otherMacs: macsOf(lab, others), otherIps: others.flat().flatMap(ipsOf) };
}

/** The MAC addresses of groups, but those that a host elsewhere has as well: an ipvlan has its parent's. */
function macsOf(lab: Lab, groups: Groups): string[] {
  const all = lab.namespaces.flatMap(({ interfaces }) => interfaces);
  return groups.flatMap((group) => {
    const isElsewhere = (mac: string) => all.some((other) => other.mac === mac && !group.includes(other.namespace));
    const macs = group.flatMap(({ interfaces }) => interfaces).map(({ mac }) => mac);
    return [...new Set(macs)].filter((mac) => mac !== '' && mac !== NO_MAC && !isElsewhere(mac));
  });
}

function ipsOf(host: Namespace): string[] {
  const addresses = listAddresses(engineOf(host).rtnetlink);
  return addresses.filter(({ scope }) => scope < SCOPE_HOST).map(({ address }) => address);
}

function freeName(taken: ReadonlyMap<string, unknown>): string {
  for (let number = 1; ; number++) {
    const name = `hairpin-partition-${number}`;
    if (!taken.has(name)) return name;
  }
}
