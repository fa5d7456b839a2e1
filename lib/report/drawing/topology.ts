import { isBridgePort } from '../../links/bridge-port.ts';
import { kindOf } from '../../links/registry.ts';
import { linkAt } from '../../state/find-link.ts';
import type { Link, LinkPlace } from '../../state/network-state.ts';
import { devicesIn } from '../lab-devices.ts';
import type { LabNamespace, LabState } from '../lab-state.ts';
import { givenAddresses, withLength } from '../script/given-addresses.ts';

/** A lab as a drawing needs it. */
export interface Topology {
  namespaces: TopologyNamespace[];
  edges: TopologyEdge[];
}

export interface TopologyNamespace {
  name: string;
  role: LabNamespace['role'];
  devices: TopologyDevice[];
}

export interface TopologyDevice {
  /** `ns1/m1`, by which edges and paths name it. */
  key: string;
  name: string;
  /** `macvlan vepa`, `ipvlan l2 private`, `vlan 10`, `veth`. */
  kind: string;
  /** An end of a cable, which a line shows. */
  plain: boolean;
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
  /** The parent link leads from a bridge, or another master, to a device of it: of that device the drawing in characters says so. */
  member?: 'port of' | 'master';
  /** Both ends are up and have a carrier. */
  live: boolean;
}

const USUAL_MTU = 1500;
/** The port settings worth a word, and what they are on a new port (`bridge -d link`). */
const PORT_DEFAULTS: Record<string, boolean> = { hairpin: false, isolated: false, learning: true, flood: true };

export function topologyOf(state: LabState<'addresses'>): Topology {
  const namespaces = state.namespaces.map((namespace) => ({
    name: namespace.name,
    role: namespace.role,
    devices: devicesIn(namespace).map((link) => deviceOf(namespace, link)),
  }));
  return { namespaces, edges: edgesOf(state, new Map(devicesOf(namespaces).map((device) => [device.key, device]))) };
}

export function devicesOf(namespaces: readonly TopologyNamespace[]): TopologyDevice[] {
  return namespaces.flatMap(({ devices }) => devices);
}

function deviceOf(namespace: LabNamespace<'addresses'>, link: Link): TopologyDevice {
  const { name, kind = 'unknown', mac } = link;
  const fault = faultOf(link);
  return {
    key: `${namespace.name}/${name}`,
    name,
    kind: [kind, ...(kindOf(link)?.label(kindOf(link)?.of(link) ?? {}) ?? [])].join(' '),
    plain: link.peer !== undefined,
    addresses: givenAddresses(namespace, link).map(withLength),
    notes: notesOf(link, namespace.nics[link.index]),
    ...(fault ? { fault } : {}),
    mac,
  };
}

/** A device that is down has no carrier either: the first is the reason. */
function faultOf({ up, carrier }: Link): TopologyDevice['fault'] {
  if (!up) return 'down';
  return carrier ? undefined : 'no carrier';
}

function notesOf(link: Link, nic: string | undefined): string[] {
  const port = isBridgePort(link) ? Object(link.slaveData) : {};
  const settings = Object.entries(PORT_DEFAULTS)
    .filter(([name, usual]) => port[name] === !usual)
    .map(([name, usual]) => (usual ? `no ${name}` : name));
  return [
    ...settings,
    ...(nic === undefined ? [] : [`on the real NIC ${nic}`]),
    ...(link.promiscuous ? ['promiscuous'] : []),
    ...(link.mtu === USUAL_MTU ? [] : [`mtu ${link.mtu}`]),
  ];
}

/** Each cable once, though both of its ends name it. An end outside the lab has no edge. */
function edgesOf(state: LabState, devices: Map<string, TopologyDevice>): TopologyEdge[] {
  const edges = new Map<string, TopologyEdge>();
  const add = (kind: TopologyEdge['kind'], from: string, to: string | undefined, member?: TopologyEdge['member']) => {
    const [one, other] = [devices.get(from), devices.get(to ?? '')];
    if (!one || !other || edges.has(edgeId({ from: other.key, to: from }))) return;
    const edge = { kind, from, to: other.key, ...(member ? { member } : {}), live: !one.fault && !other.fault };
    edges.set(edgeId(edge), edge);
  };
  const keyOf = (place: LinkPlace | undefined) => place && `${place.namespace}/${linkAt(state, place)?.name}`;
  for (const namespace of state.namespaces) {
    for (const { name, index, peer, lower, ...link } of devicesIn(namespace)) {
      const key = `${namespace.name}/${name}`;
      add('cable', key, keyOf(peer));
      add('parent', key, keyOf(lower));
      const master = link.master && keyOf({ namespace: namespace.name, index: link.master });
      if (master) add('parent', master, key, isBridgePort(link) ? 'port of' : 'master');
    }
  }
  return [...edges.values()];
}

/** `down, mtu 9000`: what differs from the defaults. */
export function stateWords({ fault, notes }: TopologyDevice): string {
  return [...(fault ? [fault] : []), ...notes].join(', ');
}

/** `host/up0 sw/p0`: what a drawing calls an edge. */
export function edgeId({ from, to }: Pick<TopologyEdge, 'from' | 'to'>): string {
  return `${from} ${to}`;
}

export function namespaceOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}

/** Whether both ends are in one namespace. */
export function isInside({ from, to }: TopologyEdge): boolean {
  return namespaceOf(from) === namespaceOf(to);
}
