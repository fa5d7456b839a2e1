import {
  type AddedRoute,
  addRoute,
  deleteRoute,
  listAddedRoutes,
  listRoutes,
  lookUpRoute,
  type Route,
} from '../netlink/route.ts';
import { hasRules } from '../netlink/rule.ts';
import { type Family, familyOf, type Prefix } from '../wire/ip-address.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';
import { checkIp, checkOneOf, checkOptions, checkPrefix, UsageError } from './validate.ts';
import { change, watcher, words } from './watcher.ts';

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
    change(
      () => `${this.#namespace}.route.add(${words(options)})`,
      () => this.#add(options),
      undefined,
    );
  }

  #add(options: RouteOptions): void {
    addRoute(this.#namespace.rtnetlink, this.#parse('add', options), {
      operation: `ip -n ${this.#namespace.name} route add ${commandWords(options)}`,
      causes: {
        ENETUNREACH: `the next hop ${options.via} is on no link of ${this.#namespace.name}, or its interface is down`,
        EHOSTUNREACH: `the next hop ${options.via} is on no link of ${this.#namespace.name}, or its interface is down`,
        ENETDOWN: 'the interface is down: set({ up: true })',
        EEXIST: 'a route to there exists already',
      },
    });
  }

  /** Deletes a route. @throws KernelError `ESRCH` when there is none */
  delete(options: RouteOptions): void {
    change(
      () => `${this.#namespace}.route.delete(${words(options)})`,
      () => this.#delete(options),
      undefined,
    );
  }

  #delete(options: RouteOptions): void {
    deleteRoute(this.#namespace.rtnetlink, this.#parse('delete', options), {
      operation: `ip -n ${this.#namespace.name} route del ${commandWords(options)}`,
      causes: { ESRCH: 'there is no such route' },
    });
  }

  /** The unicast routes that the kernel has now. */
  list(family: Family = 4): Route[] {
    this.#namespace.checkOpen('route.list');
    checkOneOf(`${this.#namespace.name}.route.list`, 'family', family, [4, 6]);
    watcher()?.asked();
    return listRoutes(this.#namespace.rtnetlink, family, {
      operation: `ip -n ${this.#namespace.name} -${family} route show`,
    });
  }

  /**
   * The route that the kernel would take; or would by one device, or from one of the namespace's addresses, which rules
   * (`ip rule`) may make another.
   *
   * @throws KernelError `ENETUNREACH` when there is none; `EINVAL`, `EACCES` or `EHOSTUNREACH` for a blackhole, a prohibit
   * or an unreachable one
   */
  get(to: string, dev?: Interface | string, from?: string): Route {
    this.#namespace.checkOpen('route.get');
    watcher()?.asked();
    const call = `${this.#namespace.name}.route.get`;
    checkIp(call, 'to', to);
    if (from !== undefined) checkIp(call, 'from', from);
    const device = dev === undefined ? undefined : this.#namespace.interface(dev);
    const words = [to, from && `from ${from}`, device && `oif ${device.name}`].filter(Boolean).join(' ');
    const operation = { operation: `ip -n ${this.#namespace.name} route get ${words}` };
    const options = { device: device?.index, source: from };
    return lookUpRoute(this.#namespace.rtnetlink, to, familyOf(to) as Family, operation, options);
  }

  /** Whether somebody added rules (`ip rule`), so that a route depends on more than its destination. */
  hasRules(family: Family): boolean {
    return hasRules(this.#namespace.rtnetlink, family, {
      operation: `ip -n ${this.#namespace.name} -${family} rule show`,
    });
  }

  /** Routes that somebody added, those to nowhere (`blackhole`, `prohibit`, `unreachable`) among them. */
  listAdded(family: Family): AddedRoute[] {
    return listAddedRoutes(this.#namespace.rtnetlink, family, {
      operation: `ip -n ${this.#namespace.name} -${family} route show`,
    });
  }

  #parse(method: string, options: RouteOptions): Route {
    this.#namespace.checkOpen(`route.${method}`);
    const call = `${this.#namespace.name}.route.${method}`;
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

function commandWords({ to, via, dev, src }: RouteOptions): string {
  const name = typeof dev === 'object' ? dev.name : dev;
  return [to, via && `via ${via}`, name && `dev ${name}`, src && `src ${src}`].filter(Boolean).join(' ');
}
