import { checkIp, checkOneOf, checkOptions, checkPrefix, UsageError } from '../kernel/validate.ts';
import { ipRoute, type Route, type RouteType, TABLE_MAIN } from '../netlink/route.ts';
import { areChanged, ipRule } from '../netlink/rule.ts';
import { type Family, familyOf, type Prefix, parsePrefix } from '../wire/ip-address.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';
import { change, watcher } from './watcher.ts';

/** A route to be added or deleted, in the words of `ip route`. */
export interface RouteOptions {
  /** `10.1.0.0/24`, an address, or `default`. */
  to: string;
  /** The next hop. */
  via?: string;
  /** The interface to leave by; needed without `via`. */
  dev?: Interface | string;
  /** The preferred source address. */
  src?: string;
}

const DEFAULT: Record<Family, Prefix> = {
  4: { address: '0.0.0.0', length: 0, family: 4 },
  6: { address: '::', length: 0, family: 6 },
};

/** Not those that come with an address, such as `broadcast`. */
const ADDED: readonly RouteType[] = ['unicast', 'blackhole', 'unreachable', 'prohibit', 'throw'];

const TARGET_RULE = 'default, an address, or a network such as 10.1.0.0/24 or fd01::/64';

/** The main routing table of a namespace, as `ip route` has it. */
export class RouteTable {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Adds a route.
   *
   * @throws KernelError `ENETUNREACH` when the next hop is on no link, `EEXIST` when the route is there
   * @example a.route.add({ to: 'default', via: '10.0.0.1' })
   */
  add(options: RouteOptions): void {
    const call = `${this.#namespace}.route.add`;
    change(call, [options], () => {
      const unreachable = `the next hop ${options?.via} is on no link of ${this.#namespace}, or its interface is down`;
      const causes = {
        ENETUNREACH: unreachable,
        EHOSTUNREACH: unreachable,
        ENETDOWN: 'the interface is down: set({ up: true })',
        EEXIST: 'a route to there exists already',
      };
      engineOf(this.#namespace).rtnetlink.change(ipRoute.add(this.#parse('add', options), causes));
    });
  }

  /** Deletes a route. @throws KernelError `ESRCH` when there is none */
  delete(options: RouteOptions): void {
    const call = `${this.#namespace}.route.delete`;
    change(call, [options], () => {
      const causes = { ESRCH: 'there is no such route' };
      engineOf(this.#namespace).rtnetlink.change(ipRoute.delete(this.#parse('delete', options), causes));
    });
  }

  /** The unicast routes of the main table that the kernel has now, each with all of its next hops. */
  list(family: Family = 4): Route[] {
    checkLabOpen(`${this.#namespace}.route.list`, this.#namespace.lab);
    checkOneOf(`${this.#namespace.name}.route.list`, 'family', family, [4, 6]);
    watcher()?.asked();
    return this.#main(family).filter(({ type }) => type === 'unicast');
  }

  /**
   * The route that the kernel would take; or would by one device, or from one of the namespace's addresses, which rules
   * (`ip rule`) may make another.
   *
   * @throws KernelError `ENETUNREACH` when there is none; `EINVAL`, `EACCES` or `EHOSTUNREACH` for a blackhole, a prohibit
   * or an unreachable one
   */
  get(to: string, dev?: Interface | string, from?: string): Route {
    checkLabOpen(`${this.#namespace}.route.get`, this.#namespace.lab);
    watcher()?.asked();
    const call = `${this.#namespace.name}.route.get`;
    checkIp(call, 'to', to);
    if (from !== undefined) checkIp(call, 'from', from);
    const device = dev === undefined ? undefined : this.#namespace.interface(dev);
    return engineOf(this.#namespace).rtnetlink.get(
      ipRoute.get({ to: parsePrefix(to) as Prefix, device: device?.index, from }),
    );
  }

  /** Whether somebody added rules (`ip rule`), so that a route depends on more than its destination. */
  hasRules(family: Family): boolean {
    return areChanged(engineOf(this.#namespace).rtnetlink.list(ipRule.all({ family })), family);
  }

  /** Routes that somebody added, those to nowhere (`blackhole`, `prohibit`, `unreachable`) among them. */
  listAdded(family: Family): Route[] {
    return this.#main(family).filter(({ type, ofTheKernel }) => !ofTheKernel && ADDED.includes(type));
  }

  #main(family: Family): Route[] {
    return engineOf(this.#namespace)
      .rtnetlink.list(ipRoute.all({ family }))
      .filter(({ table }) => table === TABLE_MAIN);
  }

  #parse(method: string, options: RouteOptions): Pick<Route, 'to' | 'via' | 'device' | 'source'> {
    const call = `${this.#namespace.name}.route.${method}`;
    checkLabOpen(call, this.#namespace.lab);
    checkOptions(call, options, ['to', 'via', 'dev', 'src']);
    const { to, via, dev, src } = options;
    if (via !== undefined) checkIp(call, 'via', via);
    if (src !== undefined) checkIp(call, 'src', src);
    if (via === undefined && dev === undefined)
      throw new UsageError(`${call}: a route takes via (a next hop) or dev (an interface)`);
    const prefix =
      to === 'default' ? DEFAULT[familyOf(via ?? src ?? '') ?? 4] : checkPrefix(call, 'to', to, TARGET_RULE);
    return {
      to: prefix,
      via,
      device: dev === undefined ? undefined : this.#namespace.interface(dev).index,
      source: src,
    };
  }
}
