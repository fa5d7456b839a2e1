import { alignColumns } from '../base/align-columns.ts';
import { visible } from '../base/visible-text.ts';
import { isBridgePort } from '../links/bridge-port.ts';
import { ipAddress } from '../netlink/address.ts';
import { bridgeVlanGlobal } from '../netlink/bridge/bridge-mst.ts';
import type { Names } from '../netlink/names.ts';
import type { Request } from '../netlink/request.ts';
import { ipNexthop } from '../netlink/routing/nexthop.ts';
import { ipRoute } from '../netlink/routing/route.ts';
import { areChanged, ipRule } from '../netlink/routing/rule.ts';
import { type Filter, parentText, tcFilter } from '../netlink/tc/filter.ts';
import { bridgeOf, linkAt, linkIn } from '../state/find-link.ts';
import type { Link } from '../state/network-state.ts';
import type { ObjectKind } from '../state/objects/object-kind.ts';
import { OBJECT_KINDS } from '../state/objects/registry.ts';
import { FAMILIES } from '../wire/ip-address.ts';
import { devicesIn, loopbackOf, switchBridge } from './lab-devices.ts';
import type { WholeLabState, WholeNamespace } from './lab-state.ts';
import { givenAddresses, isWithheld, withLength } from './script/given-addresses.ts';
import { givenRoutes } from './script/given-routes.ts';
import { attributesWithoutWords, portWords, settingWords } from './script/link-words.ts';
import { mrouteWords } from './script/mroute-words.ts';
import { addressConfig } from './script/script-addresses.ts';
import { farEnds, givenFdb, vlanMulticastRows } from './script/script-forwarding.ts';
import { isArpOff } from './script/script-links.ts';
import { objectRequests } from './script/script-objects.ts';
import { routeConfig } from './script/script-routes.ts';
import { namesIn, objectWords } from './script/script-words.ts';
import { vlanWords } from './script/vlan-words.ts';

/**
 * A namespace's state for a person, as `ip -br` and `bridge` would show it, without empty sections.
 *
 * @example console.log(stateText(state, state.namespaces[0]))
 */
export function stateText(state: WholeLabState, namespace: WholeNamespace): string {
  const names = namesIn(state, namespace.name);
  const words: Words = {
    names,
    dev: (device) => `dev ${names.device(device)}`,
    of: (request) => objectWords(request, names),
  };
  const sections = [
    ...deviceSections(state, namespace, words),
    ...routeSections(namespace, words),
    ...neighbourSections(namespace, words),
    ...forwardingSections(namespace, words),
    ...OBJECT_KINDS.map((kind) => objectSection(namespace, kind, words)),
    ...filterSections(namespace, words),
  ];
  const lines = sections.flatMap(([title, body]) =>
    body.length > 0 ? [`  ${title}`, ...body.map((line) => `    ${line}`.trimEnd())] : [],
  );
  return visible([`${namespace.name} (${namespace.role})`, ...lines].join('\n'));
}

type Section = [title: string, lines: string[]];

/** How the devices and objects of a namespace are said. */
interface Words {
  names: Names;
  dev: (device: number) => string;
  of: (request: Request) => string;
}

function deviceSections(state: WholeLabState, namespace: WholeNamespace, { names, of }: Words): Section[] {
  const links = devicesIn(namespace).map((link) => linkRow(state, namespace, link));
  const multicast = vlanMulticastRows(namespace).map(({ bridge, id, settings }) =>
    bridgeVlanGlobal
      .change({ index: bridge, id, ...settings })
      .words(names)
      .replace(/^.* (?=vid )/, ''),
  );
  return [
    ['links', alignColumns([...bridgeRow(namespace), ...links])],
    ['addresses', alignColumns(addressRows(namespace, of))],
    ['ports', alignColumns(namespace.links.filter(isBridgePort).map((link) => portRow(namespace, link, names)))],
    ['VLANs', alignColumns(vlanRows(namespace, names))],
    ['multicast settings of VLANs', multicast],
  ];
}

function routeSections(namespace: WholeNamespace, { names, dev, of }: Words): Section[] {
  const { routes, deleted } = givenRoutes(namespace);
  const nexthops = namespace.nexthops.map(({ group, ...rest }) => (group.length > 0 ? { ...rest, group } : rest));
  return [
    [
      'routes',
      [
        ...routes.map((route) => of(ipRoute.add(routeConfig(route)))),
        ...deleted.map(({ to, device }) => `(deleted: ${to.address}/${to.length} ${dev(device)})`),
      ],
    ],
    ['nexthops', nexthops.map((nexthop) => of(ipNexthop.add(nexthop)))],
    ['multicast routes', namespace.mroutes.map((route) => mrouteWords(route, names))],
    ...FAMILIES.map((family): Section => {
      const rules = namespace.rules.filter((rule) => rule.family === family);
      return [`rules of IPv${family}`, areChanged(rules, family) ? rules.map((rule) => of(ipRule.add(rule))) : []];
    }),
  ];
}

function neighbourSections({ neighbours, proxies }: WholeNamespace, { dev }: Words): Section[] {
  const rows = neighbours
    .filter(({ state }) => state !== 'NOARP')
    .map(({ to, lladdr, device, state }) => [to, dev(device), lladdr ? `lladdr ${lladdr}` : '', state]);
  return [
    ['neighbours', alignColumns(rows)],
    ['proxies', proxies.map(({ to, device }) => `${to} ${dev(device)}`)],
  ];
}

function forwardingSections(namespace: WholeNamespace, { names, dev }: Words): Section[] {
  const groups = namespace.mdb.map(
    ({ bridge, port, group, src, state, blocked }) =>
      `${group} ${src ? `src ${src} ` : ''}${dev(bridge)} port ${names.device(port)} ${state}${blocked ? ' blocked' : ''}`,
  );
  return [
    ['forwarding', alignColumns(fdbRows(namespace, dev))],
    ['groups', groups],
  ];
}

function objectSection(namespace: WholeNamespace, kind: ObjectKind, { names }: Words): Section {
  const lines = objectRequests(namespace, kind).map((request) => request.words({ ...names, namespace: undefined }));
  return [`${kind.title.charAt(0).toLowerCase()}${kind.title.slice(1)}`, lines];
}

function filterSections(namespace: WholeNamespace, words: Words): Section[] {
  const { qdiscs, tcFilters, changedSysctls, nftables, filters } = namespace;
  const given = qdiscs.filter(({ isGiven }) => isGiven);
  return [
    ['sysctls', Object.entries(changedSysctls).map(([key, value]) => `${key} = ${value}`)],
    ['queueing disciplines', alignColumns(given.map(({ device, kind }) => [words.names.device(device), kind]))],
    ['filters of traffic control', tcFilters.map((filter) => filterLine(filter, words.of, words.names))],
    [
      'other packet filters',
      [
        ...filters.legacy.map((family) => `${family}_tables (legacy)`),
        ...(filters.ipsec ? ['IPsec'] : []),
        ...(filters.ipvs ? ['IPVS'] : []),
      ],
    ],
    [
      'nftables',
      nftables === ''
        ? filters.nftables.map((family) => `a table of family ${family}, which nft did not list`)
        : nftables.split('\n'),
    ],
  ];
}

function filterLine(filter: Filter, wordsOf: (request: Request) => string, names: Names): string {
  const { device, parent, pref, kind, unsaid } = filter;
  if (unsaid === undefined) return wordsOf(tcFilter.add(filter));
  return `dev ${names.device(device)} ${parentText(parent)} pref ${pref} ${kind} (not read: ${unsaid})`;
}

function linkRow(state: WholeLabState, namespace: WholeNamespace, link: Link): string[] {
  const { name, mac, mtu, kind = 'unknown', promiscuous } = link;
  const place = link.peer ?? link.lower;
  const other = place ? `${place.namespace}/${linkAt(state, place)?.name}` : namespace.nics[link.index];
  const words = [kind, ...settingWords(namespace, link), promiscuous ? 'promisc' : '', isArpOff(link) ? 'arp off' : ''];
  const rest = [...words.filter(Boolean), ...attributesWithoutWords(namespace, link).map((each) => `(${each})`)];
  return [other ? `${name}@${other}` : name, linkState(link), mac, `mtu ${mtu}`, rest.join(' ')];
}

function linkState({ up, carrier }: Link): string {
  if (!up) return 'DOWN';
  return carrier ? 'UP' : 'NO-CARRIER';
}

function bridgeRow(namespace: WholeNamespace): string[][] {
  const bridge = switchBridge(namespace);
  if (!bridge) return [];
  const words = ['bridge', ...settingWords(namespace, bridge)].join(' ');
  return [[bridge.name, bridge.up ? 'UP' : 'DOWN', '', '', words]];
}

function addressRows(namespace: WholeNamespace, wordsOf: (request: Request) => string): string[][] {
  const loopback = loopbackOf(namespace);
  return [...(loopback ? [loopback] : []), ...devicesIn(namespace)].flatMap((link) => {
    const addresses = givenAddresses(namespace, link);
    if (addresses.length === 0) return [];
    const words = addresses.map((address) => {
      const { nodad: _, ...given } = addressConfig(address, link);
      const all = wordsOf(ipAddress.add(given)).replace(` dev ${link.name}`, '');
      return isWithheld(address) ? all.replace(withLength(address), '$& (not usable: DAD)') : all;
    });
    return [[link.name, words.join(' ')]];
  });
}

function portRow(namespace: WholeNamespace, link: Link, names: Names): string[] {
  return [link.name, [Object(link.slaveData).state, ...portWords(namespace, link, names)].join(' ')];
}

/** The VLANs of bridges that look at them, and of their ports. */
function vlanRows(namespace: WholeNamespace, names: Names): string[][] {
  return namespace.vlans.flatMap(({ index, vlans: own }) => {
    const link = linkIn(namespace, index);
    const bridge = link && bridgeOf(namespace, link);
    return Object(bridge?.data).vlanFiltering ? [[names.device(index), vlanWords(own)]] : [];
  });
}

function fdbRows(namespace: WholeNamespace, dev: (device: number) => string): string[][] {
  const given = givenFdb(namespace);
  const learnt = namespace.fdb.filter(
    (entry) => entry.bridge !== undefined && !entry.permanent && !given.includes(entry),
  );
  return [...given, ...farEnds(namespace), ...learnt].map(
    ({ mac, device, vlan, to, local, permanent, externLearn = false }) => [
      mac,
      [dev(device), vlan === undefined ? '' : `vlan ${vlan}`, to === undefined ? '' : `dst ${to}`]
        .filter(Boolean)
        .join(' '),
      `${local ? 'local' : permanent ? 'static' : externLearn ? '' : 'learnt'}${externLearn ? ' extern_learn' : ''}`.trim(),
    ],
  );
}
