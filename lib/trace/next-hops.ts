import { entryOf } from '../base/entry-of.ts';
import { now, sleep } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import { listNeighbours } from '../lab/tables/list-neighbours.ts';
import type { Neighbour } from '../netlink/routing/neighbour.ts';
import { ipNtable } from '../netlink/routing/neighbour-table.ts';
import { ipRoute, type Route } from '../netlink/routing/route.ts';
import { contains, FAMILIES, familyOf } from '../wire/ip-address.ts';
import { usesRoutes } from './forwards.ts';

/** The kernel's own defaults take 3 s to give a neighbour up; in a lab it takes 60 ms. In milliseconds, per question. */
const MOST_PATIENCE = 5000;

/** How often the neighbour tables are read meanwhile, in milliseconds. */
const GLANCE = 5;

/** A host that doubts a neighbour for longer than this does so for longer than `toReach` asks. In milliseconds. */
const LONG_DOUBT = 1000;

/** What a host knows of its neighbours. */
export interface NeighboursOf {
  namespace: Namespace;
  neighbours: readonly Neighbour[];
}

export function neighboursIn({ namespaces }: Lab): NeighboursOf[] {
  const hosts = namespaces.filter(usesRoutes);
  return hosts.map((namespace) => ({ namespace, neighbours: listNeighbours(namespace) }));
}

/**
 * Knows whether hosts have given up a neighbour since the last probe, so that the next one may go another way. IPv6 takes
 * the next route once a router has failed (`rt6_check_neigh`), IPv4 another of its default routes (`fib_select_default`),
 * and a group of next hops another member (`nexthop_select_path`). A host that is unsure of a MAC address asks for it again
 * (`NUD_PROBE`).
 */
export class NextHops {
  readonly #lab: Lab;
  readonly #failed = new Set<string>();
  readonly #replaceableOf = new Map<Namespace, Set<string | undefined>>();
  #deadline: number | undefined;

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /**
   * Waits until no host is about to give up a neighbour.
   *
   * @param seen the neighbours as they were a moment ago
   * @returns whether a host has learnt something since the last probe, so that the next may fare better
   */
  async changed(seen = neighboursIn(this.#lab)): Promise<boolean> {
    this.#deadline ??= now() + MOST_PATIENCE;
    let hasWaited = false;
    for (let hosts = seen; ; hosts = neighboursIn(this.#lab)) {
      if (!hosts.some((host) => this.#isUnsure(host)) || now() >= this.#deadline)
        return hosts.map((host) => this.#hasFailed(host)).some(Boolean) || hasWaited;
      hasWaited = true;
      await sleep(GLANCE);
    }
  }

  #isUnsure({ namespace, neighbours }: NeighboursOf): boolean {
    if (neighbours.some(({ state }) => state === 'PROBE')) return true;
    if (neighbours.some((each) => each.state === 'DELAY' && isShortDoubt(namespace, each))) return true;
    // One that has failed before is asked for again with each probe, when nothing better is left.
    return this.#replaceable(namespace, neighbours, 'INCOMPLETE').length > 0;
  }

  /** Whether a neighbour has failed that had not failed before. */
  #hasFailed({ namespace, neighbours }: NeighboursOf): boolean {
    const failed = this.#replaceable(namespace, neighbours, 'FAILED');
    for (const key of failed) this.#failed.add(key);
    return failed.length > 0;
  }

  /** The neighbours in a state, not known to have failed, that a host has another next hop for. */
  #replaceable(namespace: Namespace, neighbours: readonly Neighbour[], wanted: 'INCOMPLETE' | 'FAILED'): string[] {
    const known = this.#failed;
    const keyOf = ({ device, to }: Neighbour) => `${namespace.name} ${device} ${to}`;
    const news = neighbours.filter((each) => each.state === wanted && !known.has(keyOf(each)));
    if (news.length === 0) return [];
    const replaceable = entryOf(this.#replaceableOf, namespace, () => replaceableNextHops(namespace));
    return news.filter(({ to }) => replaceable.has(to)).map(keyOf);
  }
}

/** The next hops in whose place a host may take another. */
function replaceableNextHops(namespace: Namespace): Set<string | undefined> {
  const { rtnetlink } = engineOf(namespace);
  const all = FAMILIES.flatMap((family) => rtnetlink.list(ipRoute.all({ family })));
  const routes = all.filter(({ type }) => type === 'unicast');
  const isReplaceable = (route: Route) =>
    route.nextHops.length > 1 || route.nexthopId !== undefined || routes.some((other) => mayReplace(other, route));
  const ways = routes.filter((route) => route.nextHops.some(({ via }) => via !== undefined) && isReplaceable(route));
  return new Set(ways.flatMap(({ nextHops }) => nextHops.map(({ via }) => via)));
}

/** IPv6 goes back to shorter prefixes (`fib6_backtrack`); IPv4 looks at routes to the same one. */
function mayReplace(other: Route, route: Route): boolean {
  const { family, address, length } = route.to;
  if (other === route || other.to.family !== family || other.to.length > length) return false;
  return (family === 6 || other.to.length === length) && contains(other.to, address);
}

/** How long a host uses an old MAC address before it asks for it again (`delay_first_probe_time`, 5 s if nobody changes it). */
function isShortDoubt(namespace: Namespace, { device, to }: Neighbour): boolean {
  const isWanted = [...namespace.sysctl.written].some((written) => written.endsWith('delay_first_probe_time'));
  if (engineOf(namespace.lab).isPristine && !isWanted) return false;
  const timers = engineOf(namespace).rtnetlink.list(ipNtable.all({ family: familyOf(to) }));
  return timers.some((each) => each.device === device && (each.delayProbe ?? LONG_DOUBT) < LONG_DOUBT);
}
