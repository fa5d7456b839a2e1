import { isGroupMac } from '../wire/mac-address.ts';

/** Macvlan's modes, in `ip link`'s words. */
export type Mode = 'private' | 'vepa' | 'bridge' | 'passthru' | 'source';

/** A macvlan, as its parent's `macvlan_port` has it. Those that are down are not in its hash (`macvlan_stop`). */
export interface Child {
  place: string;
  mode: Mode;
  mac: string;
  up: boolean;
  /** source: the MAC addresses on its list. */
  hears?: readonly string[];
  /** source: what it hears goes to nobody else (`MACVLAN_FLAG_NODST`). */
  nodst?: boolean;
}

/** A parent with its children, on a port of a switch; the other hosts are on ports of their own. */
export interface Topology {
  parent: { place: string; mac: string; up: boolean };
  children: readonly Child[];
  /** The switch port of the parent reflects. */
  hairpin: boolean;
  hosts: readonly { place: string; mac: string }[];
}

export interface Frame {
  source: string;
  destination: string;
}

/** Who gets a frame into its own stack: a place once for each copy. */
export type Deliveries = readonly string[];

/** Sends a frame from a place, and follows it through the parent, the wire and the switch. */
export function deliver(topology: Topology, from: string, frame: Frame): Deliveries {
  const child = topology.children.find(({ place }) => place === from);
  if (child) return transmitFromChild(topology, child, frame);
  if (from === topology.parent.place) return topology.parent.up ? enterSwitch(topology, 'uplink', frame) : [];
  return enterSwitch(topology, from, frame);
}

/** `macvlan_queue_xmit`. */
function transmitFromChild(topology: Topology, child: Child, frame: Frame): Deliveries {
  // macvlan_device_event: a parent that is down takes its children's carrier away, and they send nothing.
  if (!child.up || !topology.parent.up) return [];
  if (child.mode !== 'bridge') return enterSwitch(topology, 'uplink', frame);
  if (isGroupMac(frame.destination)) {
    // Bridge siblings get it here; goto xmit_world.
    return [...broadcast(topology, child, ['bridge']), ...enterSwitch(topology, 'uplink', frame)];
  }
  const sibling = lookUp(topology, frame.destination);
  // dev_forward_skb(vlan->lowerdev): as if it had come in by the parent, for the parent's taps to see.
  if (sibling?.mode === 'bridge') return receiveOnParent(topology, frame);
  return enterSwitch(topology, 'uplink', frame);
}

/** `br_forward` and `br_flood`: everywhere but back, unless the port is in hairpin mode (`should_deliver`). */
function enterSwitch(topology: Topology, ingress: string, frame: Frame): Deliveries {
  const reachesParent = topology.parent.up && (ingress !== 'uplink' || topology.hairpin);
  const others = topology.hosts.filter(({ place }) => place !== ingress);
  // A host on a port takes what is sent to everybody or to itself; whether the switch floods or knows makes no difference.
  const heard = others.filter(({ mac }) => isGroupMac(frame.destination) || mac === frame.destination);
  return [...heard.map(({ place }) => place), ...(reachesParent ? receiveOnParent(topology, frame) : [])];
}

/** `macvlan_handle_frame`: the parent's rx_handler. */
function receiveOnParent(topology: Topology, frame: Frame): Deliveries {
  const group = isGroupMac(frame.destination);
  const { copies, consumed } = forwardToSources(topology, frame);
  if (consumed) return copies;
  if (!group) return [...copies, ...receiveUnicast(topology, frame)];
  const source = lookUp(topology, frame.source);
  if (source && source.mode !== 'vepa' && source.mode !== 'bridge') {
    // "forward to original port": the sender itself gets it back, and nobody else, not even the parent.
    return [...copies, source.place];
  }
  return [...copies, ...processBroadcast(topology, source), topology.parent.place];
}

function receiveUnicast(topology: Topology, frame: Frame): Deliveries {
  const passthru = topology.children.find(({ mode }) => mode === 'passthru');
  // The first child of a passthru port gets every unicast, whatever its address: the parent's stack gets none.
  if (passthru) return passthru.up ? [passthru.place] : [];
  const child = lookUp(topology, frame.destination);
  // Private and VEPA make no difference here: unicast that has come in by the parent is delivered in every mode but source.
  if (child && child.mode !== 'source') return [child.place];
  return frame.destination === topology.parent.mac ? [topology.parent.place] : [];
}

/** `macvlan_multicast_rx` (before 6.4 in `macvlan_process_broadcast`). */
function processBroadcast(topology: Topology, source: Child | undefined): Deliveries {
  if (!source) return broadcast(topology, undefined, ['private', 'vepa', 'passthru', 'bridge']);
  if (source.mode === 'vepa') return broadcast(topology, source, ['vepa', 'bridge']);
  // Bridge siblings had theirs on the way out.
  return broadcast(topology, source, ['vepa']);
}

/** `macvlan_broadcast`: to all children in one of the modes, except the sender. */
function broadcast(topology: Topology, except: Child | undefined, modes: readonly Mode[]): Deliveries {
  return topology.children
    .filter((child) => child.up && child !== except && modes.includes(child.mode))
    .map(({ place }) => place);
}

/** `macvlan_forward_source`: a copy to each source child that has the sender on its list. */
function forwardToSources(topology: Topology, frame: Frame): { copies: Deliveries; consumed: boolean } {
  // macvlan_stop leaves the list of sources alone, so a child that is down gets no copy, but its nodst still consumes.
  const listening = topology.children.filter(({ mode, hears }) => mode === 'source' && hears?.includes(frame.source));
  // macvlan_forward_source_one: a copy that is addressed to another stays PACKET_OTHERHOST, and the stack drops it.
  const heard = listening.filter(({ up, mac }) => up && (isGroupMac(frame.destination) || mac === frame.destination));
  return { copies: heard.map(({ place }) => place), consumed: listening.some(({ nodst }) => nodst) };
}

/** `macvlan_hash_lookup`: only children that are up are in the table. */
function lookUp({ children }: Topology, mac: string): Child | undefined {
  return children.find((child) => child.up && child.mac === mac);
}
