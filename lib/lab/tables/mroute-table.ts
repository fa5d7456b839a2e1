import { isPlainObject } from '../../base/plain-object.ts';
import { checkInteger, checkIp, checkOptions, UsageError, wrongOption } from '../../base/validate.ts';
import type { MulticastRouter } from '../../kernel/sockets/multicast-router.ts';
import { ip } from '../../netlink/codec/scalars.ts';
import type { JsonSchema } from '../../netlink/codec/value-rule.ts';
import { from } from '../../netlink/codec/value-rule.ts';
import type { Mroute } from '../../netlink/routing/mroute.ts';
import { deviceNames } from '../../state/entries/entry-kind.ts';
import { deviceName, type Fields, objectSchema } from '../../state/entries/fields.ts';
import { listMroutes, type MrouteEntry, mrouteOf } from '../../state/entries/mroute-entry.ts';
import { familyOf, isMulticastIp, isRoutedGroup, normalizeIp } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { deviceOf } from './route-options.ts';

/** A new multicast route. */
export interface MrouteOptions {
  /** `239.1.1.1` or `ff05::1`; not a group that stays on its link, such as 224.0.0.251 or ff02::fb. */
  group: string;
  /** The only sender whose packets the route is for. @default any */
  source?: string;
  /** The interface that packets have to come in by. */
  in: Interface | string;
  /** The interfaces that packets leave by. With an empty list they are dropped. */
  out: readonly (Interface | string | MrouteOutput)[];
}

/** An interface that packets leave by. */
export interface MrouteOutput {
  dev: Interface | string;
  /** Only packets with a TTL greater than this leave, 1 to 254. IPv6 takes only 1. @default 1 */
  ttl?: number;
}

const ttl = from(1, 254);
const device: JsonSchema = { type: 'string' };

/** Every option of a multicast route, for topology files. */
export const mrouteFields: Fields<MrouteOptions> = {
  ...{ group: ip, source: ip, in: deviceName },
  out: {
    rule: 'a list of interfaces',
    schema: { type: 'array', items: { anyOf: [device, objectSchema({ dev: deviceName, ttl })] } },
    accept: (value) => value,
  },
};

/** What identifies a multicast route. */
export type MrouteKey = Pick<MrouteOptions, 'group' | 'source'>;

/**
 * The multicast routes of a namespace, as `ip mroute` shows them. The kernel keeps them while the socket is open that made the
 * namespace a multicast router. hairpin opens one for each version of IP, at the first change, and closes it at the end of the lab.
 */
export class MrouteTable {
  readonly #namespace: Namespace;
  /** The number of each interface at the router socket, by its ifindex. */
  readonly #numbers = { 4: new Map<number, number>(), 6: new Map<number, number>() };
  /** Numbers of interfaces that are gone, the oldest first. */
  readonly #givenBack = { 4: new Set<number>(), 6: new Set<number>() };

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Adds a multicast route: packets for the group that come in by `in` leave by each of `out`, also without `ip_forward`. In a route
   * for any source the kernel wants `in` as an output, too (`mr_mfc_find_any`). hairpin adds it, and no packet goes back by it.
   *
   * @throws UsageError for a wrong option, and for a route of the same group and source; KernelError `EADDRINUSE` when a
   * program such as smcrouted is the multicast router here, `ENOPROTOOPT` without `CONFIG_IP_MROUTE` or `CONFIG_IPV6_MROUTE`
   * @example r.mroute.add({ group: '239.1.1.1', source: '10.0.0.1', in: eth0, out: [eth1, { dev: eth2, ttl: 8 }] })
   */
  add(options: MrouteOptions): void {
    this.#give('add', options, (call) => {
      if (!this.#find(options)) return;
      const { group, source } = options;
      const from = source === undefined ? 'any source' : source;
      throw new UsageError(`${call}: there is a multicast route for ${group} from ${from} already: replace it`);
    });
  }

  /**
   * Adds a multicast route, or replaces the one of the same group and source in one step.
   *
   * @throws as {@link add}, but not for a route that is there
   * @example r.mroute.replace({ group: 'ff05::1', in: 'eth0', out: [] })
   */
  replace(options: MrouteOptions): void {
    this.#give('replace', options, () => {});
  }

  /**
   * Deletes a multicast route.
   *
   * @throws UsageError for a wrong option; KernelError `ENOENT` when there is none, `EADDRINUSE` and `ENOPROTOOPT` as {@link add}
   * @example r.mroute.delete({ group: '239.1.1.1', source: '10.0.0.1' })
   */
  delete(which: MrouteKey): void {
    change(`${this.#namespace}.mroute.delete`, this.#namespace, [which], (call) => {
      checkOptions(call, which, ['group', 'source']);
      const { group, source, family } = checkKey(call, which);
      engineOf(this.#namespace).multicastRouter(family).delete(group, source);
    });
  }

  /** The multicast routes that the kernel has now, with their counters. Routes of programs and `unresolved` ones are among them. */
  list(): MrouteEntry[] {
    ask(`${this.#namespace}.mroute.list`, this.#namespace);
    const { rtnetlink } = engineOf(this.#namespace);
    const names = deviceNames(rtnetlink);
    return listMroutes(rtnetlink).map((route) => mrouteOf(route, names));
  }

  #give(verb: string, options: MrouteOptions, checkTable: (call: string) => void): void {
    change(`${this.#namespace}.mroute.${verb}`, this.#namespace, [options], (call) => {
      checkOptions(call, options, Object.keys(mrouteFields));
      const { group, source, family } = checkKey(call, options);
      if (options.in === undefined) throw new UsageError(`${call}: in must be given: an interface, or its name`);
      const input = deviceOf(this.#namespace, options.in);
      const outputs = checkOutputs(call, options.out, family).map(
        ({ dev, ttl = 1 }) => [deviceOf(this.#namespace, dev), ttl] as const,
      );
      checkTable(call);
      const router = engineOf(this.#namespace).multicastRouter(family);
      const all = new Map(source === undefined ? [[input, 1], ...outputs] : outputs);
      const numberOf = (device: number) => this.#numberOf(call, router, device);
      router.add({
        ...{ group, source, input: numberOf(input) },
        outputs: new Map([...all].map(([device, ttl]) => [numberOf(device), ttl])),
      });
    });
  }

  #find(key: MrouteKey): Mroute | undefined {
    const [group, source] = [normalizeIp(key.group), key.source === undefined ? undefined : normalizeIp(key.source)];
    const all = listMroutes(engineOf(this.#namespace).rtnetlink);
    return all.find((each) => each.group === group && each.source === source && !each.unresolved);
  }

  /**
   * The number of a device at the router socket. A deleted device frees its number (`vif_delete`), but routes still have it, and would
   * take the next device with that number for theirs (`ip_mr_forward`). So a free number is used again only when all are used up.
   */
  #numberOf(call: string, router: MulticastRouter, device: number): number {
    const numbers = this.#numbers[router.family];
    const givenBack = this.#givenBack[router.family];
    // Not by ifindex: a device that was moved away and came back has the ifindex that it had, but no number any more.
    const inUse = router.numbers();
    for (const [index, number] of numbers) {
      if (inUse.has(number)) continue;
      numbers.delete(index);
      givenBack.add(number);
    }
    const known = numbers.get(device);
    if (known !== undefined) return known;
    const used = [...numbers.values(), ...givenBack];
    const all = Array.from({ length: router.mostInterfaces }, (_, number) => number);
    const free = all.find((number) => !used.includes(number)) ?? [...givenBack][0];
    if (free === undefined)
      throw new UsageError(`${call}: a multicast router has ${router.mostInterfaces} interfaces at most (MAXVIFS)`);
    router.addInterface(free, device);
    givenBack.delete(free);
    numbers.set(device, free);
    return free;
  }
}

function checkKey(call: string, { group, source }: MrouteKey) {
  const family = typeof group === 'string' ? familyOf(group) : undefined;
  if (!family || !isMulticastIp(group))
    throw wrongOption(call, 'group', 'a multicast address such as 239.1.1.1 or ff05::1', group);
  if (!isRoutedGroup(group))
    throw new UsageError(`${call}: group must be one that routers forward: packets for ${group} stay on their link`);
  checkSource(call, group, source);
  return { group: normalizeIp(group), source: source === undefined ? undefined : normalizeIp(source), family };
}

function checkSource(call: string, group: string, source: unknown): void {
  if (source === undefined) return;
  checkIp(call, 'source', source);
  if (familyOf(source as string) === familyOf(group) && !isMulticastIp(source as string)) return;
  throw wrongOption(call, 'source', `the address of a host that sends to ${group}`, source);
}

function checkOutputs(call: string, out: unknown, family: 4 | 6): MrouteOutput[] {
  if (!Array.isArray(out)) throw wrongOption(call, 'out', "a list such as ['eth1'] or [{ dev: 'eth1', ttl: 8 }]", out);
  return Array.from(out, (each: unknown, at) => {
    if (!isPlainObject(each)) return { dev: each as Interface | string };
    const here = `${call}: out[${at}]`;
    checkOptions(here, each, ['dev', 'ttl']);
    const { dev, ttl } = each as Partial<MrouteOutput>;
    if (dev === undefined) throw new UsageError(`${here}: dev must be given: an interface, or its name`);
    checkInteger(here, 'ttl', ttl, 1, 254);
    if (family === 6 && ttl !== undefined && ttl !== 1)
      throw new UsageError(`${here}: ttl must be 1 for IPv6, which has no thresholds (ip6mr_mfc_add): received ${ttl}`);
    return { dev, ...(ttl === undefined ? {} : { ttl }) };
  });
}
