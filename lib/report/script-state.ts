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
  return devices.flatMap(({ name: dev, addresses, addressWords = {}, withheld = [] }) =>
    addresses.map((address) => {
      const nodad = address.includes(':') && !withheld.includes(address) ? 'nodad' : undefined;
      const words = addressWords[address] ?? [];
      // Beside a peer's the address has no length of its own.
      const own = words.includes('peer') ? address.slice(0, address.indexOf('/')) : address;
      return shellLine('ip', '-n', name, 'address', 'add', own, ...words, 'dev', dev, nodad);
    }),
  );
}

export function routeLines({ name, routes, withoutRoutes = [], rules = [] }: NamespaceSnapshot): string[] {
  const ip = (family: 4 | 6, ...words: (string | number | undefined)[]) =>
    shellLine('ip', '-n', name, family === 6 ? '-6' : undefined, ...words);
  // A next hop must be on a link, so what says where links lead comes first.
  const isFirst = ({ via, nexthops }: RouteSnapshot) => via === undefined && nexthops === undefined;
  const inOrder = [...routes.filter(isFirst), ...routes.filter((route) => !isFirst(route))];
  return [
    ...inOrder.map((route) => ip(route.family, 'route', 'add', ...routeWords(route))),
    // Behind them: a next hop may have been given while the route of its subnet was there.
    ...withoutRoutes.map(({ to, family, dev }) => `${ip(family, 'route', 'del', to, 'dev', dev)} || true`),
    ...rules.flatMap(({ family, lines }) => ruleLines(lines, (...words) => ip(family, 'rule', ...words))),
  ];
}

/** The whole policy anew. `flush` leaves the rule of priority 0, the kernel's own of the table `local`. */
function ruleLines(lines: string[], rule: (...words: string[]) => string): string[] {
  const [first, rest] = [lines.filter(isLocalRule), lines.filter((line) => !isLocalRule(line))];
  const add = rest.map((line) => {
    const [priority = '', ...words] = line.split(/[:\s]+/).filter((word) => word !== '' && !word.startsWith('['));
    return rule('add', 'priority', priority, ...words);
  });
  return [rule('flush'), ...add, ...(first.length > 0 ? [] : [rule('del', 'priority', '0')])];
}

function isLocalRule(line: string): boolean {
  return line.startsWith('0:');
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
export function leftOutLines({ name, qdiscs = [] }: NamespaceSnapshot): string[] {
  return qdiscs.map(({ dev, kind }) => `# Left out: the queueing discipline ${kind} of ${name}/${dev} (tc qdisc)`);
}

/** Learnt entries are left out: the bridge learns them again. */
export function fdbLines({ name, fdb }: NamespaceSnapshot): string[] {
  return fdb
    .filter((entry) => entry.static)
    .map(({ mac, dev }) => shellLine('bridge', '-n', name, 'fdb', 'replace', mac, 'dev', dev, 'master', 'static'));
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
