import { portOf } from '../links/bridge-port.ts';
import { type Family, isMulticastIp } from '../wire/ip-address.ts';
import { isGroupMac } from '../wire/mac-address.ts';
import { NEIGHBOUR_SOLICITATION, neighbourMessageIn } from '../wire/neighbour-discovery.ts';
import { vlanOf } from './bridge-vlan.ts';
import type { CauseOf } from './cause.ts';
import type { Frame } from './frame.ts';
import type { Learnt } from './learnt.ts';
import { knownMac } from './neighbour.ts';
import type { Device } from './network.ts';
import { vlanOn } from './vlan.ts';

/** What a bridge does with a message of ARP or ND before it passes it on. */
export interface Proxied {
  /** Why ports with `neigh_suppress` or `proxy_arp_wifi` are not flooded with it (`proxyarp_replied`); undefined: they are. */
  held?: Omit<CauseOf<'bridge.neigh-suppress'>['facts'], 'port' | 'setting' | 'vlan'>;
  /** That the bridge answers, or may answer: what becomes of its answer the model does not follow. */
  vague?: string;
}

/**
 * What becomes of a question for a neighbour, or of a word about one: `br_do_proxy_suppress_arp`, `br_do_suppress_nd`.
 *
 * @param ingress undefined: the bridge's own host sent it
 */
export function proxy(
  bridge: Device,
  ingress: Device | undefined,
  frame: Frame,
  vlan: number | undefined,
  learnt: Learnt,
): Proxied {
  const message = messageOf(bridge, frame);
  // br_recalculate_neigh_suppress_enabled
  const suppresses = bridge.ports.some((port) => has('neighSuppress')(port) || has('neighVlanSuppress')(port));
  const proxies = ingress && bridge.ports.some((port) => has('proxyArp')(port) || has('proxyArpWifi')(port));
  if (!message || !(suppresses || (message.family === 4 && proxies))) return {};
  if (isSuppressed(ingress, vlan)) return {};
  const { address, isQuestion } = message;
  const proxied = proxyMessage(message, { bridge, ingress, frame, vlan, learnt, suppresses });
  // Kernels of 2025 and later leave a question to a single MAC address alone.
  const isLeftAlone = suppresses && isQuestion && !isGroupMac(frame.destination);
  return isLeftAlone && Object.keys(proxied).length > 0 ? { vague: `${bridge} may answer for ${address}` } : proxied;
}

interface Asked {
  bridge: Device;
  ingress: Device | undefined;
  frame: Frame;
  vlan: number | undefined;
  learnt: Learnt;
  suppresses: boolean;
}

function proxyMessage(message: Message, { bridge, ingress, frame, vlan, learnt, suppresses }: Asked): Proxied {
  const { family, address, isQuestion, isAnnouncement, isProbe } = message;
  // Kernels differ: some keep it back, those with a later fix flood it.
  if (suppresses && isProbe) return { vague: `${bridge} may keep back a probe for ${address}` };
  if (suppresses && isAnnouncement) return { held: { address, because: 'announced' } };
  if (!isQuestion) return {};
  // The tables are those of the device on the bridge for the VLAN (__vlan_find_dev_deep_rcu).
  const asked = vlan === undefined ? bridge : vlanOn(bridge, frame.tags[0]);
  if (!asked) return {};
  if (suppresses && isOwn(asked, address)) return { held: { address, because: 'own' } };
  const mac = knownMac(asked, address);
  const entry = mac && learnt.find(bridge, mac, vlan);
  if (!entry) return {};
  const behind = bridge.inHost(entry.device);
  const answers =
    isSuppressed(behind, vlan) || (family === 4 && (has('proxyArp')(ingress) || has('proxyArpWifi')(behind)));
  return {
    ...(answers || suppresses ? { held: { address, because: 'known' } } : {}),
    ...(answers ? { vague: `${bridge} answers for ${address}` } : {}),
  };
}

interface Message {
  family: Family;
  /** That it is about. */
  address: string;
  isQuestion: boolean;
  /** Nobody is asked: it tells of an address, or asks whether somebody has it already. */
  isAnnouncement: boolean;
  /** A question without a sender (RFC 5227, RFC 4862). */
  isProbe: boolean;
}

function messageOf({ link }: Device, { arp, packet, tags }: Frame): Message | undefined {
  // Behind a second tag the bridge looks for nothing (skb->protocol).
  if (tags.length > 1) return undefined;
  if (arp) {
    const { targetIp: address, senderIp, operation } = arp;
    // Without ARP of its own a bridge looks at none (IFF_NOARP).
    if (!link.arp || address.startsWith('127.') || isMulticastIp(address)) return undefined;
    const isQuestion = operation === 'request';
    return { family: 4, address, isQuestion, isAnnouncement: senderIp === address, isProbe: senderIp.startsWith('0.') };
  }
  const message = neighbourMessageIn(packet);
  if (!packet || !message) return undefined;
  const isQuestion = message.type === NEIGHBOUR_SOLICITATION;
  const isAnnouncement = isQuestion ? packet.source === packet.destination : !message.solicited;
  const isProbe = isQuestion && packet.source === '::';
  return { family: 6, address: message.targetIp, isQuestion, isAnnouncement, isProbe };
}

/** `br_is_local_ip`, `br_is_local_ip6`: the bridge has it, or a device on top. */
function isOwn(device: Device, address: string): boolean {
  const { host, index, network } = device;
  const isHere = host.addresses.some((own) => own.index === index && own.address === address);
  return isHere || network.uppersOf(device).some((upper) => isOwn(upper, address));
}

/** `br_is_neigh_suppress_enabled` */
export function isSuppressed(port: Device | undefined, vlan: number | undefined): boolean {
  if (vlan === undefined || !has('neighVlanSuppress')(port)) return has('neighSuppress')(port);
  return port !== undefined && vlanOf(port, vlan)?.neighSuppress === true;
}

function has(setting: 'neighSuppress' | 'neighVlanSuppress' | 'proxyArp' | 'proxyArpWifi') {
  return (port: Device | undefined) => port !== undefined && portOf(port.link)?.[setting] === true;
}
