import type { InterfaceSnapshot, NamespaceSnapshot, NetworkSnapshot } from './lab-snapshot.ts';

/** A lab as a drawing needs it. */
export interface Topology {
  namespaces: TopologyNamespace[];
  edges: TopologyEdge[];
}

export interface TopologyNamespace {
  name: string;
  role: NamespaceSnapshot['role'];
  devices: TopologyDevice[];
}

export interface TopologyDevice {
  /** `ns1/m1`, by which edges and paths name it. */
  key: string;
  name: string;
  /** `macvlan vepa`, `ipvlan l2 private`, `vlan 10`, `veth`. */
  kind: string;
  addresses: string[];
  /** What is not as it is by default: `hairpin`, `promiscuous`, `mtu 9000`. */
  notes: string[];
  /** Why no frame passes. */
  fault?: 'down' | 'no carrier';
  mac: string;
}

export interface TopologyEdge {
  kind: 'cable' | 'parent';
  /** The two devices; of a parent link the upper one first. */
  from: string;
  to: string;
  /** Both ends are up and have a carrier. */
  live: boolean;
}

const USUAL_MTU = 1500;
/** The port settings worth a word, and what they are on a new port (`bridge -d link`). */
const PORT_DEFAULTS: Record<string, boolean> = { hairpin: false, isolated: false, learning: true, flood: true };

export function topologyOf(snapshot: NetworkSnapshot): Topology {
  const namespaces = snapshot.namespaces.map(({ name, role, interfaces }) => ({
    name,
    role,
    devices: interfaces.map((device) => deviceOf(name, device)),
  }));
  return { namespaces, edges: edgesOf(snapshot, new Map(devicesOf(namespaces).map((device) => [device.key, device]))) };
}

export function devicesOf(namespaces: readonly TopologyNamespace[]): TopologyDevice[] {
  return namespaces.flatMap(({ devices }) => devices);
}

function deviceOf(namespace: string, device: InterfaceSnapshot): TopologyDevice {
  const { name, kind, addresses, mac } = device;
  const fault = faultOf(device);
  return {
    key: `${namespace}/${name}`,
    name,
    kind: [kind, ...kindWords(device)].join(' '),
    addresses,
    notes: notesOf(device),
    ...(fault ? { fault } : {}),
    mac,
  };
}

function kindWords({ macvlan, ipvlan, vlan }: InterfaceSnapshot): (string | number)[] {
  if (macvlan) return [macvlan.mode];
  if (ipvlan) return ipvlan.flag === 'bridge' ? [ipvlan.mode] : [ipvlan.mode, ipvlan.flag];
  if (vlan) return vlan.protocol === '802.1Q' ? [vlan.id] : [vlan.protocol, vlan.id];
  return [];
}

/** A device that is down has no carrier either: the first is the reason. */
function faultOf({ up, carrier }: InterfaceSnapshot): TopologyDevice['fault'] {
  if (!up) return 'down';
  return carrier ? undefined : 'no carrier';
}

function notesOf({ promiscuous, mtu, uplink, port = {} }: InterfaceSnapshot): string[] {
  const settings = Object.entries(PORT_DEFAULTS)
    .filter(([name, usual]) => port[name] === !usual)
    .map(([name, usual]) => (usual ? `no ${name}` : name));
  return [
    ...settings,
    ...(uplink ? [`on the real NIC ${uplink}`] : []),
    ...(promiscuous ? ['promiscuous'] : []),
    ...(mtu === USUAL_MTU ? [] : [`mtu ${mtu}`]),
  ];
}

/** Each cable once, though both of its ends name it. An end outside the lab has no edge. */
function edgesOf({ namespaces }: NetworkSnapshot, devices: Map<string, TopologyDevice>): TopologyEdge[] {
  const edges = new Map<string, TopologyEdge>();
  const add = (kind: TopologyEdge['kind'], from: string, to: string | undefined) => {
    const [one, other] = [devices.get(from), devices.get(to ?? '')];
    if (!one || !other || edges.has(edgeId({ from: other.key, to: from }))) return;
    const edge = { kind, from, to: other.key, live: !one.fault && !other.fault };
    edges.set(edgeId(edge), edge);
  };
  for (const { name, interfaces } of namespaces) {
    for (const device of interfaces) {
      add('cable', `${name}/${device.name}`, device.peer);
      add('parent', `${name}/${device.name}`, device.parent);
      if (device.master) add('parent', `${name}/${device.master}`, `${name}/${device.name}`);
    }
  }
  return [...edges.values()];
}

/** `host/up0 sw/p0`: what a drawing calls an edge. */
export function edgeId({ from, to }: Pick<TopologyEdge, 'from' | 'to'>): string {
  return `${from} ${to}`;
}

/** The namespace in a device's key. */
export function namespaceOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}
