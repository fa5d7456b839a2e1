import { ipvlan } from '../links/ipvlan.ts';
import type { IpPacket } from '../wire/ip-packet.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { decodeNeighbourSolicitation } from '../wire/neighbour-discovery.ts';
import { downCause, onlyUp } from './carrier.ts';
import { type Frame, groupType, type PacketType } from './frame.ts';
import type { Device } from './network.ts';
import { drop, PASS, receiveOn, toNeighbour, transmitOn, unknown, type Verdict } from './prediction.ts';
import { lookUpRoute } from './route-lookup.ts';
import { handOver } from './veth.ts';

/** `ipvlan_queue_xmit`. */
export function sendByIpvlan(device: Device, frame: Frame): readonly Verdict[] {
  const { lower } = device;
  if (!lower) return [unknown(`the parent of ${device} is outside the lab`)];
  return settingsOf(device).mode === 'l2' ? sendL2(device, lower, frame) : sendL3(device, lower, frame);
}

/** `ipvlan_xmit_mode_l2`. */
function sendL2(device: Device, parent: Device, frame: Frame): readonly Verdict[] {
  if (isGroupMac(frame.destination)) {
    // ipvlan_process_multicast: whatever the flag says, siblings get it first, and then it leaves.
    const siblings = onlyUp(childrenOf(parent)).filter((each) => each !== device);
    return [...siblings.flatMap((sibling) => handOver(device, sibling, frame)), transmitOn(parent, frame)];
  }
  // What is for the shared MAC address never needs the wire, unless the flag is vepa.
  if (settingsOf(device).flag === 'vepa' || frame.destination !== frame.source) return [transmitOn(parent, frame)];
  const sibling = lookUp(parent, addressFor(frame));
  // The parent's stack gets it as if it had come in by the wire.
  return sibling ? handToSibling(device, parent, sibling, frame) : handOver(device, parent, frame);
}

/** `ipvlan_xmit_mode_l3`. An ARP request, too, is looked up by the address that it asks for. */
function sendL3(device: Device, parent: Device, frame: Frame): readonly Verdict[] {
  const { mode, flag } = settingsOf(device);
  const sibling = flag === 'vepa' ? undefined : lookUp(parent, addressFor(frame));
  if (sibling) return handToSibling(device, parent, sibling, frame);
  const facts = { device: device.name, mode, parent: parent.name };
  if (isGroupMac(frame.destination)) return [drop({ code: 'ipvlan.no-group-out', facts }, 'ipvlan_process_outbound')];
  if (!frame.packet)
    return [drop({ code: 'ipvlan.ip-only', facts: { device: device.name, mode } }, 'ipvlan_process_outbound')];
  return [route(device, parent, frame, frame.packet)];
}

/** `ipvlan_process_v4_outbound`: the parent's namespace routes the packet, and only by the parent. */
function route(device: Device, parent: Device, frame: Frame, { destination }: IpPacket): Verdict {
  const found = lookUpRoute(parent.host, destination, { by: parent.index });
  if (found.kind === 'unknown') return unknown(found.why);
  if (found.kind === 'none') {
    const facts = { namespace: parent.namespace, to: destination, device: parent.name, mode: settingsOf(device).mode };
    return drop({ code: 'ipvlan.no-route', facts }, 'ipvlan_process_outbound');
  }
  // By the loopback, but on the account of the parent (inet_iif).
  if (found.kind === 'local') return receiveOn(parent, { ...frame, destination: parent.link.mac });
  return toNeighbour(parent, found.via ?? destination, frame);
}

function handToSibling(device: Device, parent: Device, sibling: Device, frame: Frame): readonly Verdict[] {
  if (settingsOf(device).flag !== 'private') return handOver(device, sibling, frame);
  const facts = { device: device.name, sibling: sibling.name, parent: parent.name };
  return [drop({ code: 'ipvlan.private', facts }, 'ipvlan_queue_xmit')];
}

/** `ipvlan_handle_frame`: the rx_handler of a device with ipvlans on it. */
export function receiveByIpvlanParent(parent: Device, frame: Frame): readonly Verdict[] {
  const [first] = childrenOf(parent);
  const { mode } = first ? settingsOf(first) : { mode: 'l3s' };
  // ipvlan_l3_rcv comes later, and gets IP packets only.
  if (mode === 'l3s') return [...deaf(parent, frame, mode), PASS];
  if (mode === 'l2' && isGroupMac(frame.destination)) {
    // ipvlan_external_frame: what one of the ipvlans sent, and a switch sent back, has been given to the others already.
    const isOwn =
      frame.source === parent.link.mac && lookUp(parent, frame.arp?.senderIp ?? frame.packet?.source) !== undefined;
    const copies = isOwn
      ? []
      : onlyUp(childrenOf(parent)).map((child) => receiveOn(child, frame, groupType(frame.destination)));
    return [...copies, PASS];
  }
  const child = lookUp(parent, addressFor(frame));
  if (child) return [receiveOn(child, frame)];
  return [...deaf(parent, frame, mode), ...missed(parent, frame), PASS];
}

/** `ipvlan_nf_input`: in mode l3s a packet changes its device only behind the rules of the parent's namespace. */
export function takeL3s(parent: Device, frame: Frame, type: PacketType): readonly Verdict[] {
  const [first] = childrenOf(parent);
  if (!first || settingsOf(first).mode !== 'l3s' || !frame.packet) return [];
  const child = lookUp(parent, frame.packet.destination);
  return child ? [receiveOn(child, frame, type)] : [];
}

/** In modes l3 and l3s no broadcast and no multicast comes to an ipvlan (`ipvlan_handle_mode_l3`). */
function deaf(parent: Device, { destination }: Frame, mode: string): readonly Verdict[] {
  if (!isGroupMac(destination)) return [];
  return childrenOf(parent).map((child) => {
    const facts = { device: child.name, mode, parent: parent.name };
    return drop({ code: 'ipvlan.no-group-in', facts }, 'ipvlan_handle_mode_l3', { towards: child });
  });
}

/** An ipvlan that is down has its addresses not in its parent's table (`ipvlan_stop`). */
function missed(parent: Device, frame: Frame): Verdict[] {
  const address = addressFor(frame);
  return childrenOf(parent)
    .filter((child) => !child.link.up && addressesOf(child).includes(address ?? ''))
    .map((child) => drop(downCause(child), 'ipvlan_addr_lookup', { towards: child }));
}

/** The address by which the parent's table is asked (`ipvlan_get_L3_hdr`, `ipvlan_addr_lookup`). */
function addressFor({ arp, packet }: Frame): string | undefined {
  if (arp) return arp.targetIp;
  if (packet?.family !== 6 || packet.source !== '::') return packet?.destination;
  // A solicitation without a source asks whether an address is taken.
  return decodeNeighbourSolicitation(packet.payload)?.targetIp;
}

function lookUp(parent: Device, address: string | undefined): Device | undefined {
  return address === undefined
    ? undefined
    : onlyUp(childrenOf(parent)).find((child) => addressesOf(child).includes(address));
}

function addressesOf({ host, index }: Device): string[] {
  return host.addresses.flatMap((each) => (each.index === index ? each.address : []));
}

function childrenOf(parent: Device): readonly Device[] {
  return parent.uppers(ipvlan);
}

function settingsOf({ link }: Device): { mode: string; flag: string } {
  return ipvlan.of(link);
}
