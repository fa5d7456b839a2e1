import { vxlan } from '../links/vxlan.ts';
import { BROADCAST_MAC, isGroupMac, NO_MAC } from '../wire/mac-address.ts';
import { NEIGHBOUR_SOLICITATION, neighbourMessageIn } from '../wire/neighbour-discovery.ts';
import type { CauseOf } from './cause.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, leadsAway, type Verdict } from './prediction.ts';

/**
 * `vxlan_xmit`: one that is `external` frees what nobody has given a tunnel; a `proxy` every question for a neighbour; any other what has
 * no other end. Where the others go the model does not follow.
 */
export function sendByVxlan(device: Device, frame: Frame): readonly Verdict[] {
  const { tunnel, destination } = frame;
  if (typeof tunnel === 'object')
    return [drop({ code: 'bridge.no-tunnel', facts: { port: device.name, ...tunnel } }, 'vxlan_xmit')];
  const asked = vxlan.of(device.link).proxy ? messageOf(frame) : undefined;
  if (asked !== undefined) return [answer(device, frame, asked)];
  if (mayHaveRemote(device, frame)) return [leadsAway(device)];
  const cause = { code: 'vxlan.no-remote', facts: { device: device.name, mac: destination } } as const;
  return [drop(cause, 'vxlan_xmit', { reason: 'SKB_DROP_REASON_NO_TX_TARGET' })];
}

type Message = Pick<CauseOf<'vxlan.proxy'>['facts'], 'address' | 'message'>;

/** What a proxy does not send on: each message of ARP, and of ND each question. */
function messageOf({ arp, packet }: Frame): Message | undefined {
  if (arp?.operation === 'request') return { message: 'question', address: arp.targetIp };
  if (arp) return { message: 'answer', address: arp.senderIp };
  const nd = neighbourMessageIn(packet);
  return nd?.type === NEIGHBOUR_SOLICITATION ? { message: 'question', address: nd.targetIp } : undefined;
}

/** A proxy answers a question by the neighbour table of its namespace, or nobody does (`arp_reduce`, `neigh_reduce`). */
function answer(device: Device, { arp }: Frame, { message, address }: Message): Verdict {
  const { host, index } = device;
  const isKnown = host.neighbours.some(
    (entry) => entry.to === address && entry.device === index && CONNECTED.includes(entry.state),
  );
  if (message === 'question' && isKnown) return leadsAway(device);
  const facts = { device: device.name, message, address };
  return drop({ code: 'vxlan.proxy', facts }, arp ? 'arp_reduce' : 'neigh_reduce');
}

/** `NUD_CONNECTED` */
const CONNECTED: readonly string[] = ['PERMANENT', 'NOARP', 'REACHABLE'];

/** Whether a frame may go anywhere. The kernel looks for its address, and then for the entry that stands for all others. */
function mayHaveRemote({ host, index, link }: Device, { destination }: Frame): boolean {
  if (vxlan.of(link).external) return true;
  // The group database comes first (vxlan_mdb_entry_skb_get), and only bridges have it read.
  if (isGroupMac(destination) && destination !== BROADCAST_MAC) return true;
  return host.fdb.some(
    ({ device, bridge, mac }) => device === index && bridge === undefined && (mac === destination || mac === NO_MAC),
  );
}
