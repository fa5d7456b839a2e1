import { checkIp, checkOptions } from '../../base/validate.ts';
import { checkUsers } from '../../kernel/namespaces/user-namespace.ts';
import { flag } from '../../netlink/codec/scalars.ts';
import { among, anyOf, exactly, from, word } from '../../netlink/codec/value-rule.ts';
import type { Causes } from '../../netlink/request.ts';
import { ipRoute, TABLE_MAIN } from '../../netlink/routing/route.ts';
import { deviceNames } from '../../state/entries/entry-kind.ts';
import { checkOptionValues } from '../../state/entries/fields.ts';
import { entryOf, type RouteEntry, routeEntry, routeTable } from '../../state/entries/route-entry.ts';
import { ipproto, protocolNumber } from '../../state/entries/rule-entry.ts';
import type { Family } from '../../wire/ip-address.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { refuseIgnoredOfRoute } from './refuse-ignored-route.ts';
import { ADDED_TYPES, deviceOf, parseRoute, type RouteOptions } from './route-options.ts';
import { routeTo } from './route-to.ts';

/** Which routes to list. */
export interface RouteFilter {
  /** @default 4 */
  family?: Family;
  /** `all` is every table, the kernel's own `local` too. @default 'main' */
  table?: number | 'main' | 'local' | 'default' | 'all';
  /** Routes of this type alone. */
  type?: RouteEntry['type'];
}

const FILTER = {
  family: among(4, 6),
  table: anyOf(routeTable, exactly('all')),
  type: word(...ADDED_TYPES),
};

/** What a packet is like whose route is asked for: rules (`ip rule`) look at it. */
export interface RouteFlow {
  /** The interface to leave by. @default the kernel's choice */
  dev?: Interface | string;
  /** One of the namespace's own addresses, to send from; with `iif` the packet's source. @default the kernel's choice */
  from?: string;
  /**
   * The interface that the packet comes in by, to be forwarded. IPv4 then needs `from`. The kernel checks the source as it would that of
   * a packet (`rp_filter`). @default the namespace sends it
   */
  iif?: Interface | string;
  /** The mark of the packet, or of its socket (`SO_MARK`), from 0 to 4294967295. @default 0 */
  mark?: number;
  /** The user whose packet it is, from 0 to 4294967294. @default the user of the test process */
  uid?: number;
  /** The type of service (IPv6: traffic class) from 0 to 255: rules compare the DSCP in it. @default 0 */
  tos?: number;
  /** The protocol above IP: the kernel takes `tcp`, `udp`, and `icmp` over IPv4 or `ipv6-icmp` over IPv6. @default none */
  ipproto?: string | number;
  /** The ports of TCP and UDP, from 1 to 65535. @default none */
  sport?: number;
  dport?: number;
  /**
   * True: the entry of the table that matches, with its whole destination and all of its next hops, as `ip route get fibmatch` has it.
   * @default false: what becomes of one packet
   */
  fibmatch?: boolean;
}

const PORT = from(1, 65535);
// (uid_t)-1 is no user (uid_valid).
const UID = from(0, 2 ** 32 - 2);
const FLOW = {
  ...{ mark: from(0, 2 ** 32 - 1), uid: UID, tos: from(0, 255) },
  ...{ ipproto, sport: PORT, dport: PORT, fibmatch: flag },
};

/** By these a namespace answers for addresses that it was not given. */
const TAKING: readonly string[] = ['local', 'anycast'];

/** The routes of a namespace, as `ip route` has them. */
export class RouteTable {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Adds a route.
   *
   * @throws UsageError for a wrong option; KernelError `ENETUNREACH` when the next hop is on no link, `EEXIST` when the
   * route is there
   * @example a.route.add({ to: 'default', via: '10.0.0.1' })
   * @example a.route.add({ to: '10.9.0.0/16', nextHops: [{ via: '10.0.0.2', weight: 3 }, { via: '10.0.0.3' }], table: 100 })
   */
  add(options: RouteOptions): void {
    this.#give('add', options, { EEXIST: 'a route to there exists already: replace or append it' });
  }

  /**
   * Adds a route, or puts it in the place of the one that the kernel has, in one step: no packet is without a route between.
   * It replaces the first route of the table with the same destination, `tos` and `metric` (`fib_table_insert`,
   * `fib6_add_rt2node`), whoever made it. The IPv4 route of an address has the metric 0, as one without `metric` has.
   *
   * @throws UsageError for a wrong option; KernelError `ENETUNREACH` when the next hop is on no link
   * @example a.route.replace({ to: '10.9.0.0/16', via: '10.0.0.3' })
   */
  replace(options: RouteOptions): void {
    this.#give('replace', options, {});
  }

  /**
   * Adds a route behind those of the same destination, table, `tos` and `metric`, as `ip route append` does. Of IPv4 the first counts, and
   * the others are there for when it goes. Of IPv6 it becomes one more next hop of the route (`fib6_add_rt2node`).
   *
   * @throws UsageError for a wrong option; KernelError `EEXIST` when the same route is there
   * @example a.route.append({ to: '10.9.0.0/16', via: '10.0.0.3' })
   */
  append(options: RouteOptions): void {
    this.#give('append', options, { EEXIST: 'the same route is there already' });
  }

  /** Deletes a route. @throws KernelError `ESRCH` when there is none */
  delete(options: RouteOptions): void {
    change(`${this.#namespace}.route.delete`, this.#namespace, [options], (call) => {
      const causes = { ESRCH: 'there is no such route' };
      engineOf(this.#namespace).rtnetlink.change(ipRoute.delete(this.#parse(call, options, false), causes));
    });
  }

  /**
   * The routes that the kernel has now, in its order.
   *
   * @example a.route.list({ family: 6, table: 100 })
   */
  list(filter: RouteFilter = {}): RouteEntry[] {
    const call = `${this.#namespace}.route.list`;
    ask(call, this.#namespace);
    checkOptions(call, filter, Object.keys(FILTER));
    const { family = 4, table = TABLE_MAIN, type } = checkOptionValues(call, FILTER, filter);
    return routeEntry
      .list(engineOf(this.#namespace))
      .filter((route) => route.family === family && (table === 'all' || route.table === table))
      .filter((route) => type === undefined || route.type === type);
  }

  /**
   * The route that the kernel would take (`ip route get`); or would by one device, or from one of the namespace's addresses,
   * which rules (`ip rule`) may make another.
   *
   * @throws UsageError for a wrong option; KernelError `ENETUNREACH` when there is none; `EINVAL`, `EACCES` or `EHOSTUNREACH`
   * for a blackhole, a prohibit or an unreachable one; `EOPNOTSUPP` for a protocol that the kernel does not look up
   * @example a.route.get('10.0.1.2', { ipproto: 'tcp', dport: 80, mark: 0x1 })
   */
  get(to: string, flow?: RouteFlow): RouteEntry;
  get(to: string, dev?: Interface | string, from?: string): RouteEntry;
  get(to: string, flowOrDev?: RouteFlow | Interface | string, source?: string): RouteEntry {
    const call = `${this.#namespace}.route.get`;
    ask(call, this.#namespace);
    checkIp(call, 'to', to);
    const isDevice = typeof flowOrDev === 'string' || flowOrDev instanceof Interface;
    const options: RouteFlow = isDevice ? { dev: flowOrDev } : (flowOrDev ?? {});
    checkOptions(call, options, ['dev', 'from', 'iif', ...Object.keys(FLOW)]);
    const { dev, from: own = source, iif, ...rest } = options;
    const { ipproto: protocol, ...flow } = checkOptionValues(call, FLOW, rest);
    if (own !== undefined) checkIp(call, 'from', own);
    if (flow.uid !== undefined) checkUsers(call, 'uid', { first: flow.uid, last: flow.uid });
    const route = routeTo(this.#namespace, to, {
      ...{ ...flow, from: own, ipproto: protocolNumber(protocol) },
      device: dev === undefined ? undefined : deviceOf(this.#namespace, dev),
      cameBy: iif === undefined ? undefined : deviceOf(this.#namespace, iif),
    });
    return entryOf(route, deviceNames(engineOf(this.#namespace).rtnetlink));
  }

  #give(verb: 'add' | 'replace' | 'append', options: RouteOptions, usual: Causes): void {
    change(`${this.#namespace}.route.${verb}`, this.#namespace, [options], (call) => {
      const unreachable = () =>
        `the next hop ${options.via ?? ''} is on no link of ${this.#namespace}, or its interface is down`;
      const causes = {
        ENETUNREACH: unreachable,
        EHOSTUNREACH: unreachable,
        ENETDOWN: 'the interface is down: set({ up: true })',
        ...usual,
      };
      const route = this.#parse(call, options, true);
      engineOf(this.#namespace).rtnetlink.change(ipRoute[verb](route, causes));
      // Packets share several ways, or are taken for another's: the network is no longer what the lab's handles say.
      const sharesWays = options.nextHops || options.nhid !== undefined || verb === 'append';
      if (sharesWays || TAKING.includes(options.type ?? 'unicast')) engineOf(this.#namespace.lab).visits.addFault();
    });
  }

  #parse(call: string, options: RouteOptions, isNew: boolean): Parameters<typeof ipRoute.add>[0] {
    const route = parseRoute(call, this.#namespace, options, isNew);
    refuseIgnoredOfRoute(call, route);
    return route;
  }
}
