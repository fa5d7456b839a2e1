import { entryOf } from '../../base/entry-of.ts';
import { ignoredByKernel } from '../../kernel/kernel-error.ts';
import { onceInThread } from '../../kernel/threads/once-in-thread.ts';
import { inNewNamespace } from '../../netlink/in-new-namespace.ts';
import { ipRoute, type Route, TABLE_LOCAL, TABLE_MAIN } from '../../netlink/routing/route.ts';

type NewRoute = Parameters<typeof ipRoute.add>[0];

/** Whether the running kernel is built with an option (`IP_ROUTE_CLASSID`), as tried once in a thread. */
export const triedOptions = onceInThread('tried options of routes', () => new Map<string, boolean>());

/** Networks of documentation (RFC 5737, RFC 3849). */
const TO = {
  4: { address: '192.0.2.0', length: 24, family: 4 },
  6: { address: '2001:db8::', length: 32, family: 6 },
} as const;
const ANOTHER_TABLE = 100;

/**
 * Refuses a route with an option that the running kernel would pass over. It is refused before the kernel is asked: the route would
 * otherwise have taken the place of another already.
 *
 * @throws KernelError `EOPNOTSUPP`
 */
export function refuseIgnoredOfRoute(operation: string, { to, table = TABLE_MAIN, realms }: NewRoute): void {
  if (realms !== undefined) refuseIgnoredRealms(operation);
  // Without it the kernel has these two alone, and takes every other number for the main one (fib_get_table, fib6_get_table).
  if (!to || table === TABLE_MAIN || table === TABLE_LOCAL) return;
  const option = to.family === 4 ? 'IP_MULTIPLE_TABLES' : 'IPV6_MULTIPLE_TABLES';
  const options = { to: TO[to.family], table: ANOTHER_TABLE };
  if (!has(option, options, (route) => route.table === ANOTHER_TABLE)) refuse(operation, 'table', option);
}

/**
 * Refuses the realms of a route or rule if the running kernel would pass over them (`fib_nh_init`, `fib4_rule_configure`).
 *
 * @throws KernelError `EOPNOTSUPP`
 */
export function refuseIgnoredRealms(operation: string): void {
  const option = 'IP_ROUTE_CLASSID';
  if (!has(option, { to: TO[4], realms: '1' }, ({ realms }) => realms === '1')) refuse(operation, 'realms', option);
}

function refuse(operation: string, name: string, option: string): never {
  const cause = `this kernel ignores ${name}: it needs CONFIG_${option}`;
  throw ignoredByKernel(operation, cause);
}

/** By trying, in a namespace that is gone when this returns. */
function has(option: string, options: NewRoute, isKept: (route: Route) => boolean): boolean {
  return entryOf(triedOptions, option, () => tryRoute(options).some(isKept));
}

function tryRoute(options: NewRoute): Route[] {
  return inNewNamespace(({ rtnetlink }) => {
    rtnetlink.change(ipRoute.add({ ...options, type: 'blackhole' }));
    return rtnetlink.list(ipRoute.all({ family: options.to?.family ?? 4 }));
  });
}
