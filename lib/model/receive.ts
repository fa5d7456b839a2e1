import { hsr } from '../links/hsr.ts';
import { ipvlan } from '../links/ipvlan.ts';
import { macsec } from '../links/macsec.ts';
import { macvlan } from '../links/macvlan.ts';
import { kindOf } from '../links/registry.ts';
import { vrf } from '../links/vrf.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import { tagWords } from '../wire/vlan-tag.ts';
import { bondOf, receiveBySlave } from './bond.ts';
import { receiveByPort } from './bridge.ts';
import type { Cause } from './cause.ts';
import { forwardPacket } from './forward.ts';
import type { Frame, PacketType } from './frame.ts';
import { receiveByIpvlanParent, takeL3s } from './ipvlan.ts';
import type { Learnt } from './learnt.ts';
import { receiveByParent } from './macvlan.ts';
import { sentToItself } from './neighbour.ts';
import type { Device } from './network.ts';
import { ACCEPT, drop, PASS, unknown, type Verdict } from './prediction.ts';
import { hasFilters, notEthernet } from './transmit.ts';
import { receiveTagged, withoutPriorityTags } from './vlan.ts';

/** What a namespace does with a frame that comes in by one of its devices (`__netif_receive_skb_core`). */
export function receive(device: Device, frame: Frame, type: PacketType, learnt: Learnt): readonly Verdict[] {
  const vague = whyUnknown(device);
  if (vague) return [unknown(vague)];
  return receiveTagged(device, frame, type)
    .flatMap((each) => (each === PASS ? handle(device, frame, type, learnt) : each))
    .flatMap((each) => (each === PASS ? deliver(device, withoutPriorityTags(frame), type) : each));
}

/** The device's rx_handler, of which it has one at most (`netdev_rx_handler_register`). */
function handle(device: Device, frame: Frame, type: PacketType, learnt: Learnt): readonly Verdict[] {
  const { bridge, link } = device;
  if (bridge) return receiveByPort(device, bridge, frame, type, learnt);
  const busy = takenBy(device);
  if (busy) return [unknown(`${busy} takes what ${device} receives`)];
  const bond = bondOf(device);
  if (bond) return receiveBySlave(device, bond, frame, type);
  if (link.master !== undefined && !vrf.is({ kind: link.slaveKind }))
    return [unknown(`${device} belongs to a ${link.slaveKind}`)];
  if (device.uppers(macvlan).length > 0) return receiveByParent(device, frame, type);
  if (device.uppers(ipvlan).length > 0) return receiveByIpvlanParent(device, frame);
  return [PASS];
}

/** A device whose rx_handler the model does not know: `macsec_handle_frame`, `hsr_handle_frame`. */
function takenBy(device: Device): Device | undefined {
  const [secured] = device.uppers(macsec);
  const rings = device.host.links.filter((link) => hsr.is(link));
  const ring = rings.find((link) => Object.values(hsr.of(link)).includes(device.index as never));
  return secured ?? (ring && device.inHost(ring.index));
}

/** Gives a frame to `ip_rcv`, `ipv6_rcv` or `arp_rcv`. */
function deliver(device: Device, frame: Frame, type: PacketType): readonly Verdict[] {
  const [tag] = frame.tags;
  // Nobody took the tag, so the frame is another host's.
  if (tag)
    return [
      drop({ code: 'vlan.missing', facts: { device: device.name, tag: tagWords(tag) } }, '__netif_receive_skb_core'),
    ];
  if (type === 'otherhost') return [othersFrame(device, frame)];
  if (frame.etherType === ETHERTYPE.arp && !device.link.arp)
    return [drop({ code: 'neighbour.arp-off', facts: { device: device.name } }, 'arp_rcv')];
  const child = takeL3s(device, frame, type);
  return child.length > 0 ? child : [ACCEPT, ...forwardPacket(device, frame, type)];
}

/** Every protocol drops it, each on its own. */
function othersFrame(device: Device, frame: Frame): Verdict {
  const { destination, etherType } = frame;
  const facts = { device: device.name, mac: device.link.mac, destination };
  const [where, reason] = OTHERHOST.get(etherType) ?? ['__netif_receive_skb_core'];
  const cause: Cause = sentToItself(device.network, frame) ?? { code: 'neighbour.old-mac', facts };
  return drop(cause, where, { reason });
}

const OTHERHOST = new Map<number, readonly [string, string?]>([
  [ETHERTYPE.ipv4, ['ip_rcv_core', 'SKB_DROP_REASON_OTHERHOST']],
  [ETHERTYPE.ipv6, ['ip6_rcv_core', 'SKB_DROP_REASON_OTHERHOST']],
  [ETHERTYPE.arp, ['arp_rcv']],
]);

function whyUnknown(device: Device): string | undefined {
  const { link, namespace, host, index } = device;
  const vague = notEthernet(device);
  if (vague) return vague;
  if (link.xdp) return `a program gets the packets of ${device} first (XDP)`;
  if (hasFilters(device)) return `${namespace} has packet filters at devices`;
  const ingress = host.qdiscs.find((qdisc) => qdisc.device === index && INGRESS.includes(qdisc.kind));
  if (ingress) return `${device} may have filters of tc`;
  // tap_handle_frame: whoever holds its queue gets all that comes in.
  return kindOf(link)?.description.characterDevice === true ? `a program may hold the queue of ${device}` : undefined;
}

const INGRESS = ['ingress', 'clsact'];
