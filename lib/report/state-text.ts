import { visible } from '../kernel/visible-text.ts';
import type { InterfaceSnapshot, NamespaceSnapshot } from './lab-snapshot.ts';
import { changedPortWords } from './port-words.ts';
import { routeWords } from './route-words.ts';

/**
 * A namespace's state for a person, as `ip -br` and `bridge` would show it; what there is none of is left out.
 *
 * @example console.log(stateText(takeSnapshot(lab).namespaces[0]))
 */
export function stateText(namespace: NamespaceSnapshot): string {
  const { name, role, interfaces, routes, neighbours, fdb, sysctls, nftables } = namespace;
  const { withoutRoutes = [], rules = [], proxies = [], qdiscs = [] } = namespace;
  const sections: [title: string, lines: string[]][] = [
    ['links', table([...bridgeRow(namespace), ...interfaces.map(linkRow)])],
    ['addresses', table(addressRows(namespace))],
    ['ports', table(interfaces.flatMap(portRow))],
    [
      'routes',
      [
        ...routes.map((route) => routeWords(route).join(' ')),
        ...withoutRoutes.map(({ to, dev }) => `(deleted: ${to} dev ${dev})`),
      ],
    ],
    ...rules.map(({ family, lines }): [string, string[]] => [`rules of IPv${family}`, lines]),
    [
      'neighbours',
      table(
        neighbours.map(({ to, lladdr, dev, state }) => [to, `dev ${dev}`, lladdr ? `lladdr ${lladdr}` : '', state]),
      ),
    ],
    ['proxies', proxies.map(({ to, dev }) => `${to} dev ${dev}`)],
    [
      'forwarding',
      table(
        fdb.map((entry) => [entry.mac, `dev ${entry.dev}`, entry.local ? 'local' : entry.static ? 'static' : 'learnt']),
      ),
    ],
    ['sysctls', Object.entries(sysctls).map(([key, value]) => `${key} = ${value}`)],
    ['queueing disciplines', table(qdiscs.map(({ dev, kind }) => [dev, kind]))],
    ['nftables', nftables === '' ? [] : nftables.split('\n')],
  ];
  const lines = sections.flatMap(([title, body]) =>
    body.length > 0 ? [`  ${title}`, ...body.map((line) => `    ${line}`.trimEnd())] : [],
  );
  return visible([`${name} (${role})`, ...lines].join('\n'));
}

function linkRow(device: InterfaceSnapshot): string[] {
  const { name, mac, mtu, kind, promiscuous, arp = true, parent, uplink, peer } = device;
  const other = parent ?? uplink ?? peer;
  return [
    other ? `${name}@${other}` : name,
    linkState(device),
    mac,
    `mtu ${mtu}`,
    [kind, settingWords(device), promiscuous ? 'promisc' : '', arp ? '' : 'arp off'].filter(Boolean).join(' '),
  ];
}

function linkState({ up, carrier }: Pick<InterfaceSnapshot, 'up' | 'carrier'>): string {
  if (!up) return 'DOWN';
  return carrier ? 'UP' : 'NO-CARRIER';
}

function settingWords({ macvlan, ipvlan, vlan }: InterfaceSnapshot): string {
  if (ipvlan) return `${ipvlan.mode} ${ipvlan.flag}`;
  if (vlan) return `${vlan.protocol} id ${vlan.id}`;
  if (!macvlan) return '';
  const { mode, nopromisc, nodst, bcqueuelen, macaddr } = macvlan;
  const words = [
    mode,
    nopromisc ? 'nopromisc' : '',
    nodst ? 'nodst' : '',
    bcqueuelen === undefined || bcqueuelen === 1000 ? '' : `bcqueuelen ${bcqueuelen}`,
    mode === 'source' ? `macaddr ${macaddr.join(' ') || 'none'}` : '',
  ];
  return words.filter(Boolean).join(' ');
}

function bridgeRow({ bridge }: NamespaceSnapshot): string[][] {
  if (!bridge) return [];
  const { name = 'br0', up = true, ageingTime, stp, mcastSnooping } = bridge;
  const settings = `ageing_time ${ageingTime} stp ${stp ? 'on' : 'off'} mcast_snooping ${mcastSnooping ? 'on' : 'off'}`;
  return [[name, up ? 'UP' : 'DOWN', '', '', `bridge ${settings}`]];
}

function addressRows({ interfaces, loopback }: NamespaceSnapshot): string[][] {
  const devices: Pick<InterfaceSnapshot, 'name' | 'addresses' | 'addressWords' | 'withheld'>[] = [
    { name: 'lo', addresses: [], ...loopback },
    ...interfaces,
  ];
  return devices
    .filter(({ addresses }) => addresses.length > 0)
    .map(({ name, addresses, addressWords = [], withheld = [] }) => [
      name,
      addresses
        .flatMap((address, at) => [
          withheld.includes(address) ? `${address} (not usable: DAD)` : address,
          ...(addressWords[at] ?? []),
        ])
        .join(' '),
    ]);
}

function portRow({ name, port }: InterfaceSnapshot): string[][] {
  return port ? [[name, [port['state'], ...changedPortWords(port)].join(' ')]] : [];
}

/** Rows with their columns aligned. */
function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
