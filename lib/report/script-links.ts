import type { InterfaceSnapshot, NamespaceSnapshot } from './lab-snapshot.ts';
import { changedPortWords } from './port-words.ts';
import { shellLine } from './shell-words.ts';

const BRIDGE = 'br0';
const DEFAULT_MTU = 1500;
const DEFAULT_AGEING_TIME = 300;
const DEFAULT_BCQUEUELEN = 1000;

interface Device extends InterfaceSnapshot {
  namespace: NamespaceSnapshot;
}

/**
 * Makes the devices, each in its namespace. Their indexes are kept: a veth whose index happens to be its peer's hears
 * late of its carrier (`linkwatch_urgent_event`).
 */
export function linkLines(namespaces: readonly NamespaceSnapshot[]): string[] {
  const devices = devicesOf(namespaces);
  const made = new Set<string>();
  return [
    ...namespaces.flatMap(bridgeLines),
    ...devices.flatMap((device) => {
      if (made.has(pathOf(device))) return [];
      const peer = devices.find((other) => pathOf(other) === device.peer);
      for (const end of [device, ...(peer ? [peer] : [])]) made.add(pathOf(end));
      return deviceLines(device, peer);
    }),
    ...devices.filter(({ promiscuous }) => promiscuous).map((device) => setLine(device, 'promisc', 'on')),
    ...devices.filter(({ arp }) => arp === false).map((device) => setLine(device, 'arp', 'off')),
  ];
}

/** Every device, those first that others are made on. */
export function devicesOf(namespaces: readonly NamespaceSnapshot[]): Device[] {
  const devices = namespaces.flatMap((namespace) => namespace.interfaces.map((device) => ({ ...device, namespace })));
  const byPath = new Map(devices.map((device) => [pathOf(device), device]));
  // A port names its bridge when it is made, a child its parent.
  const depthOf = ({ bridge, parent, uplink }: Device): number => {
    if (bridge) return 0;
    const below = parent === undefined ? undefined : byPath.get(parent);
    return parent === undefined && uplink === undefined ? 1 : 1 + Math.max(1, below ? depthOf(below) : 1);
  };
  return devices.sort((one, other) => depthOf(one) - depthOf(other) || one.index - other.index);
}

/** The settings of a switch's ports, but for their states. */
export function portLines(namespace: NamespaceSnapshot): string[] {
  return namespace.interfaces.flatMap(({ name, port = {} }) => {
    const words = changedPortWords(port);
    return words.length > 0 ? [shellLine('bridge', '-n', namespace.name, 'link', 'set', 'dev', name, ...words)] : [];
  });
}

/** The states that somebody set: a port that is up and has a carrier forwards otherwise. */
export function portStateLines({ name, interfaces, bridge }: NamespaceSnapshot): string[] {
  if (bridge?.stp)
    return ['# The ports forward once the spanning tree says so: after 30 s, unless it was told otherwise.'];
  return interfaces
    .filter(({ up, carrier, port }) => up && carrier && port?.['state'] !== undefined && port['state'] !== 'forwarding')
    .map((device) =>
      shellLine('bridge', '-n', name, 'link', 'set', 'dev', device.name, 'state', device.port?.['state'] as string),
    );
}

function bridgeLines({ name, bridge }: NamespaceSnapshot): string[] {
  if (!bridge) return [];
  const index = bridge.index === undefined ? [] : ['index', bridge.index];
  const words = bridgeWords(bridge);
  return [
    shellLine('ip', '-n', name, 'link', 'add', 'dev', bridge.name ?? BRIDGE, ...index, 'type', 'bridge', ...words),
  ];
}

function bridgeWords({
  ageingTime,
  stp,
  mcastSnooping,
}: NonNullable<InterfaceSnapshot['bridge']>): (string | number)[] {
  // iproute2 passes the kernel's own unit on: hundredths of a second.
  const ageing = ageingTime === DEFAULT_AGEING_TIME ? [] : ['ageing_time', ageingTime * 100];
  return [...ageing, ...(stp ? ['stp_state', 1] : []), ...(mcastSnooping ? [] : ['mcast_snooping', 0])];
}

function deviceLines(device: Device, peer: Device | undefined): string[] {
  if (device.kind === 'veth' && peer) return cableLines(device, peer);
  if (device.parent) return [childLine(device), ...portLine(device)];
  if (device.uplink) {
    const remark = `# ${device.uplink} is a real NIC: as root in its network, not in one of its own`;
    return [remark, childLine(device), ...portLine(device)];
  }
  const { namespace, name, index, kind, bridge } = device;
  const words = [...hardware(device), 'type', kind, ...(bridge ? bridgeWords(bridge) : [])];
  return [
    shellLine('ip', '-n', namespace.name, 'link', 'add', 'dev', name, 'index', index, ...words),
    ...portLine(device),
  ];
}

function cableLines(one: Device, other: Device): string[] {
  // Only the device itself can be made a port at once, not its peer.
  const [main, peer] = other.port && !one.port ? [other, one] : [one, other];
  const line = shellLine(
    ...['ip', '-n', main.namespace.name, 'link', 'add', 'dev', main.name, 'index', main.index],
    ...[...hardware(main), ...masterOf(main), 'type', 'veth'],
    ...['peer', 'name', peer.name, 'index', peer.index, 'netns', peer.namespace.name, ...hardware(peer)],
  );
  return [line, ...portLine(peer)];
}

function portLine(device: Device): string[] {
  return device.port ? [setLine(device, ...masterOf(device))] : [];
}

function childLine(device: Device): string {
  const below = device.parent === undefined ? undefined : splitPath(device.parent);
  const [parentNamespace, parent] = below ?? [undefined, device.uplink ?? ''];
  const { mac: _, ...withoutMac } = device;
  // A passthru child and an ipvlan have their parent's address, whatever is asked for.
  const shared = device.macvlan?.mode === 'passthru' || device.ipvlan;
  return shellLine(
    ...['ip', ...(parentNamespace === undefined ? [] : ['-n', parentNamespace]), 'link', 'add', 'link', parent],
    ...['name', device.name, 'index', device.index, 'netns', device.namespace.name],
    ...[...hardware(shared ? withoutMac : device), 'type', device.kind, ...settingWords(device)],
  );
}

function settingWords({ macvlan, ipvlan, vlan }: Device): (string | number | undefined)[] {
  if (ipvlan) return ['mode', ipvlan.mode, ipvlan.flag];
  if (vlan) return ['protocol', vlan.protocol, 'id', vlan.id];
  const { mode = 'vepa', nopromisc, nodst, bcqueuelen = DEFAULT_BCQUEUELEN, macaddr = [] } = macvlan ?? {};
  return [
    ...['mode', mode, nopromisc ? 'nopromisc' : undefined, nodst ? 'nodst' : undefined],
    ...(bcqueuelen === DEFAULT_BCQUEUELEN ? [] : ['bcqueuelen', bcqueuelen]),
    ...(macaddr.length > 0 ? ['macaddr', 'set', ...macaddr] : []),
  ];
}

function hardware({ mac, mtu }: { mac?: string; mtu: number }): (string | number)[] {
  return [...(mac === undefined ? [] : ['address', mac]), ...(mtu === DEFAULT_MTU ? [] : ['mtu', mtu])];
}

function masterOf({ port, master, namespace }: Device): string[] {
  return port ? ['master', master ?? namespace.bridge?.name ?? BRIDGE] : [];
}

function setLine(device: Device, ...words: string[]): string {
  return shellLine('ip', '-n', device.namespace.name, 'link', 'set', 'dev', device.name, ...words);
}

function pathOf({ name, namespace }: Device): string {
  return `${namespace.name}/${name}`;
}

/** `host/up0`: neither name can have a slash. */
function splitPath(path: string): [namespace: string, device: string] {
  const at = path.indexOf('/');
  return [path.slice(0, at), path.slice(at + 1)];
}
