import type { InterfaceSnapshot, NamespaceSnapshot, RouteSnapshot } from './lab-snapshot.ts';
import { routeWords } from './route-words.ts';
import { devicesOf } from './script-links.ts';
import { quote, shellLine } from './shell-words.ts';

/** Brings up what was up, devices before those on top of them. */
export function upLines(namespaces: readonly NamespaceSnapshot[]): string[] {
  const up = (namespace: string, device: string) =>
    shellLine('ip', '-n', namespace, 'link', 'set', 'dev', device, 'up');
  return [
    ...namespaces.flatMap(({ name, role, loopback = { up: role !== 'switch' } }) =>
      loopback.up ? [up(name, 'lo')] : [],
    ),
    ...namespaces.flatMap(({ name, bridge }) =>
      bridge && bridge.up !== false ? [up(name, bridge.name ?? 'br0')] : [],
    ),
    ...devicesOf(namespaces).flatMap((device) => (device.up ? [up(device.namespace.name, device.name)] : [])),
  ];
}

export function addressLines({ name, interfaces, loopback }: NamespaceSnapshot): string[] {
  const devices: Pick<InterfaceSnapshot, 'name' | 'addresses' | 'addressWords' | 'withheld'>[] = [
    { name: 'lo', addresses: [], ...loopback },
    ...interfaces,
  ];
  return devices.flatMap(({ name: dev, addresses, addressWords = [], withheld = [] }) =>
    addresses.map((address, at) => {
      const nodad = address.includes(':') && !withheld.includes(address) ? 'nodad' : undefined;
      const words = addressWords[at] ?? [];
      // Beside a peer's the address has no length of its own.
      const own = words.includes('peer') ? address.slice(0, address.indexOf('/')) : address;
      return shellLine('ip', '-n', name, 'address', 'add', own, ...words, 'dev', dev, nodad);
    }),
  );
}

export function routeLines({ name, routes, withoutRoutes = [], rules = [] }: NamespaceSnapshot): string[] {
  const ip = (family: 4 | 6, ...words: (string | number | undefined)[]) =>
    shellLine('ip', '-n', name, family === 6 ? '-6' : undefined, ...words);
  const inOrder = routes.filter(({ leftOut }) => !leftOut).toSorted((one, other) => rank(one) - rank(other));
  return [
    ...inOrder.map((route, at) => {
      const verb = inOrder.slice(0, at).some((before) => isSameKey(before, route)) ? 'append' : 'add';
      // In the place of the kernel's own, which is there until here.
      const replaces = withoutRoutes.some((gone) => replacesOwn(route, gone));
      return ip(route.family, 'route', replaces && verb === 'add' ? 'replace' : verb, ...routeWords(route));
    }),
    // Behind them: a next hop may have been given while the route of its subnet was there.
    ...withoutRoutes.map(
      ({ to, family, dev }) => `${ip(family, 'route', 'del', to, 'dev', dev, 'proto', 'kernel')} 2>/dev/null || true`,
    ),
    ...rules.flatMap(({ family, lines }) => ruleLines(lines, (...words) => ip(family, 'rule', ...words))),
  ];
}

/** What is an address, then where links lead, then what needs them: a preferred source, a next hop. */
function rank({ type, via, nexthops }: RouteSnapshot): number {
  if (type === 'local') return 0;
  return via === undefined && nexthops === undefined ? 1 : 2;
}

/** Two routes that the kernel tells apart by nothing that `add` looks at (`NLM_F_EXCL`). */
function isSameKey(one: RouteSnapshot, other: RouteSnapshot): boolean {
  return KEY.every((key) => one[key] === other[key]);
}

const KEY = ['family', 'to', 'tos', 'metric', 'table', 'from'] as const satisfies (keyof RouteSnapshot)[];

function replacesOwn({ to, family, tos, metric, table }: RouteSnapshot, gone: { to: string; family: 4 | 6 }): boolean {
  return family === 4 && family === gone.family && to === gone.to && !tos && !metric && table === undefined;
}

/** The whole policy anew. `flush` leaves the rule of priority 0, the kernel's own of the table `local`. */
function ruleLines(lines: string[], rule: (...words: string[]) => string): string[] {
  const [first, rest] = [lines.filter(isLocalRule), lines.filter((line) => !isLocalRule(line))];
  const add = rest.map((line) => {
    const [, priority = '', text = ''] = /^(\d+):\s*(.*)$/.exec(line) ?? [];
    const words = text.replace('lookup [l3mdev-table]', 'l3mdev').split(' ');
    return rule('add', 'priority', priority, ...words.filter((word) => word !== '' && !word.startsWith('[')));
  });
  return [rule('flush'), ...add, ...(first.length > 0 ? [] : [rule('del', 'priority', '0')])];
}

function isLocalRule(line: string): boolean {
  return line === '0: from all lookup local';
}

export function neighbourLines({ name, neighbours }: NamespaceSnapshot): string[] {
  return neighbours
    .filter(({ state }) => state === 'PERMANENT')
    .map(({ to, lladdr, dev }) =>
      shellLine('ip', '-n', name, 'neighbour', 'replace', to, 'lladdr', lladdr, 'dev', dev, 'nud', 'permanent'),
    );
}

export function proxyLines({ name, proxies = [] }: NamespaceSnapshot): string[] {
  return proxies.map(({ to, dev }) => shellLine('ip', '-n', name, 'neighbour', 'add', 'proxy', to, 'dev', dev));
}

/** What a script cannot tell in the words of `ip` and `bridge`. */
export function leftOutLines({ name, qdiscs = [], routes }: NamespaceSnapshot): string[] {
  return [
    ...qdiscs.map(({ dev, kind }) => `# Left out: the queueing discipline ${kind} of ${name}/${dev} (tc qdisc)`),
    ...routes.flatMap((route) =>
      route.leftOut ? [`# Left out: the route ${routeWords(route).join(' ')} of ${name}: ${route.leftOut}`] : [],
    ),
  ];
}

/** Learnt entries are left out: the bridge learns them again. */
export function fdbLines({ name, fdb }: NamespaceSnapshot): string[] {
  return fdb
    .filter((entry) => entry.static)
    .map(({ mac, dev, local }) =>
      shellLine('bridge', '-n', name, 'fdb', 'replace', mac, 'dev', dev, 'master', local ? 'local' : 'static'),
    );
}

export function nftablesLines({ name, nftables }: NamespaceSnapshot): string[] {
  if (nftables === '') return [];
  const end = endFor(nftables);
  return [`ip netns exec ${quote(name)} nft -f - <<'${end}'`, nftables, end];
}

/** A line that the text does not have. */
function endFor(text: string): string {
  let end = 'RULESET';
  while (text.split('\n').includes(end)) end += '_';
  return end;
}
