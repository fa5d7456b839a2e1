import type { FrameKind, Kind } from './exchange.ts';

/** Ipvlan's modes and flags, in `ip link`'s words. */
export type IpvlanMode = 'l2' | 'l3' | 'l3s';
export type IpvlanFlag = 'bridge' | 'private' | 'vepa';

/**
 * A parent with its ipvlans, on a port of a switch; the other hosts are on ports of their own. All are in one IP subnet,
 * and each has one address of either family. Parent and ipvlans have one MAC address, so it is places that frames are
 * between.
 */
export interface IpvlanTopology {
  parent: { place: string; up: boolean };
  children: readonly { place: string; up: boolean }[];
  /** One for all: they are the port's (`struct ipvl_port`). */
  mode: IpvlanMode;
  flag: IpvlanFlag;
  /** The switch port of the parent reflects. */
  hairpin: boolean;
  hosts: readonly string[];
}

/** A frame: what it is, and by whose addresses. `broadcast` and `multicast` are for all, `arp` and `nd` ask for one. */
interface Frame {
  kind: FrameKind;
  from: string;
  to: string;
}

/** Who gets a frame by its own device: a place once for each copy. */
export type Deliveries = readonly string[];

/** How many copies of one frame the receiver gets; of an exchange, 1 when its answer is back. */
export function ipvlanCopies(topology: IpvlanTopology, from: string, to: string, kind: Kind): number {
  if (kind === 'ping4' || kind === 'ping6') return echo(topology, from, to) ? 1 : 0;
  // Its device gets the request, and its stack has no use for it (arp_rcv).
  if (kind === 'arp' && isSilent(topology, to)) return 0;
  return deliverIpvlan(topology, { kind, from, to }).filter((place) => place === to).length;
}

/** An echo from cold neighbour tables. */
function echo(topology: IpvlanTopology, from: string, to: string): boolean {
  const arrives = (kind: FrameKind, sender: string, receiver: string) =>
    deliverIpvlan(topology, { kind, from: sender, to: receiver }).includes(receiver);
  const silent = (place: string) => isSilent(topology, place);
  if (!silent(from)) {
    if (silent(to) || !arrives('arp', from, to) || !arrives('unicast', to, from)) return false;
    return arrives('unicast', from, to);
  }
  // Who is asked has to find the asker: nothing was learnt, since nobody asked for a MAC address.
  return silent(to) && arrives('unicast', from, to) && arrives('unicast', to, from);
}

/** In modes l3 and l3s an ipvlan asks nobody for a MAC address, and answers no such question (`IFF_NOARP`, `ipvlan_set_port_mode`). */
function isSilent(topology: IpvlanTopology, place: string): boolean {
  return topology.mode !== 'l2' && isChild(topology, place);
}

/** Sends a frame from its place, and follows it through the parent, the wire and the switch. */
export function deliverIpvlan(topology: IpvlanTopology, frame: Frame): Deliveries {
  const { parent, mode } = topology;
  if (isChild(topology, frame.from)) {
    // ipvlan_device_event: a parent that is down takes its children's carrier away, and they send nothing.
    if (!isUp(topology, frame.from) || !parent.up) return [];
    return mode === 'l2' ? transmitL2(topology, frame) : transmitL3(topology, frame);
  }
  if (frame.from === parent.place) return parent.up ? enterSwitch(topology, 'uplink', frame) : [];
  return enterSwitch(topology, frame.from, frame);
}

/** `ipvlan_xmit_mode_l2`. */
function transmitL2(topology: IpvlanTopology, frame: Frame): Deliveries {
  const { parent, flag } = topology;
  if (frame.kind !== 'unicast') {
    // ipvlan_process_multicast: whatever the flag says, siblings get it first, and then it leaves.
    const siblings = upChildren(topology).filter((place) => place !== frame.from);
    return [...siblings, ...enterSwitch(topology, 'uplink', frame)];
  }
  // What is for the shared MAC address never needs the wire, unless the flag is vepa.
  if (flag === 'vepa' || !isLocal(topology, frame.to)) return enterSwitch(topology, 'uplink', frame);
  if (frame.to === parent.place) return [parent.place];
  return flag === 'private' ? [] : receiveChild(topology, frame.to);
}

/** `ipvlan_xmit_mode_l3`. An ARP request, too, is looked up by the address that it asks for. */
function transmitL3(topology: IpvlanTopology, frame: Frame): Deliveries {
  const { parent, flag } = topology;
  const addressed = frame.kind === 'unicast' || frame.kind === 'arp';
  if (flag !== 'vepa' && addressed && isChild(topology, frame.to) && isUp(topology, frame.to))
    return flag === 'private' ? [] : receiveChild(topology, frame.to);
  // ipvlan_process_outbound: group frames are dropped, packets routed in the parent's namespace.
  if (frame.kind !== 'unicast') return [];
  // RTN_LOCAL: over its loopback, but by the kernel's account by the parent (inet_iif).
  if (frame.to === parent.place) return [parent.place];
  // It asks by ARP for whose the address is, and nobody answers.
  if (isChild(topology, frame.to)) return [];
  return enterSwitch(topology, 'uplink', frame);
}

/** `br_forward` and `br_flood`: everywhere but back, unless the port is in hairpin mode (`should_deliver`). */
function enterSwitch(topology: IpvlanTopology, ingress: string, frame: Frame): Deliveries {
  const reachesParent = topology.parent.up && (ingress !== 'uplink' || topology.hairpin);
  const others = topology.hosts.filter((place) => place !== ingress);
  // Who is on a port of its own takes what is sent to everybody or to itself.
  const heard = others.filter((place) => frame.kind !== 'unicast' || place === frame.to);
  const forParent = frame.kind !== 'unicast' || isLocal(topology, frame.to);
  return [...heard, ...(reachesParent && forParent ? receiveOnParent(topology, frame) : [])];
}

/** `ipvlan_handle_frame`: the parent's rx_handler; of mode l3s `ipvlan_l3_rcv`, behind it, with packets only. */
function receiveOnParent(topology: IpvlanTopology, frame: Frame): Deliveries {
  const { parent, mode } = topology;
  const addressed = frame.kind === 'unicast' || (mode === 'l3' && frame.kind === 'arp');
  if (addressed) {
    const found = isChild(topology, frame.to) && isUp(topology, frame.to);
    return found ? [frame.to] : [parent.place];
  }
  // ipvlan_external_frame: what one of the ipvlans sent, and a switch sent back, has been given to the others already.
  const external = mode === 'l2' && !isChild(topology, frame.from);
  return [...(external ? upChildren(topology) : []), parent.place];
}

/** `ipvlan_rcv_frame`. */
function receiveChild(topology: IpvlanTopology, place: string): Deliveries {
  return isUp(topology, place) ? [place] : [];
}

/** Behind the one MAC address. */
function isLocal(topology: IpvlanTopology, place: string): boolean {
  return place === topology.parent.place || isChild(topology, place);
}

function isChild({ children }: IpvlanTopology, place: string): boolean {
  return children.some((child) => child.place === place);
}

/** Only the addresses of ipvlans that are up are in the port's table (`ipvlan_open`). */
function isUp({ children }: IpvlanTopology, place: string): boolean {
  return children.some((child) => child.place === place && child.up);
}

function upChildren({ children }: IpvlanTopology): string[] {
  return children.filter(({ up }) => up).map(({ place }) => place);
}
