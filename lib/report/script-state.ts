import type { NamespaceSnapshot } from './lab-snapshot.ts';
import { devicesOf } from './script-links.ts';
import { quote, shellLine } from './shell-words.ts';

/** IPv6's own (`IP6_RT_PRIO_USER`); IPv4 has none. */
const IPV6_METRIC = 1024;

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
  const devices = [{ name: 'lo', addresses: loopback?.addresses ?? [], withheld: [] }, ...interfaces];
  return devices.flatMap(({ name: dev, addresses, withheld = [] }) =>
    addresses.map((address) => {
      const nodad = address.includes(':') && !withheld.includes(address) ? 'nodad' : undefined;
      return shellLine('ip', '-n', name, 'address', 'add', address, 'dev', dev, nodad);
    }),
  );
}

export function routeLines({ name, routes }: NamespaceSnapshot): string[] {
  // A next hop must be on a link, so what says where links lead comes first.
  const inOrder = [...routes.filter(({ via }) => !via), ...routes.filter(({ via }) => via)];
  return inOrder.map(({ to, family, via, dev, src, metric, type }) =>
    shellLine(
      ...['ip', '-n', name, family === 6 ? '-6' : undefined, 'route', 'add', type, to],
      ...[...(via ? ['via', via] : []), ...(dev ? ['dev', dev] : []), ...(src ? ['src', src] : [])],
      ...(metric === undefined || metric === IPV6_METRIC ? [] : ['metric', metric]),
    ),
  );
}

export function neighbourLines({ name, neighbours }: NamespaceSnapshot): string[] {
  return neighbours
    .filter(({ state }) => state === 'PERMANENT')
    .map(({ to, lladdr, dev }) =>
      shellLine('ip', '-n', name, 'neighbour', 'replace', to, 'lladdr', lladdr, 'dev', dev, 'nud', 'permanent'),
    );
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
