import { ETHERTYPE } from '../wire/ethernet.ts';
import { type Family, familyOf, ipToBytes, solicitedNodeGroup } from '../wire/ip-address.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { BROADCAST_MAC, multicastMac6, NO_MAC } from '../wire/mac-address.ts';
import type { Cause } from './cause.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, heardBy, outOf, type Prediction, type Step, stepsOf, unknown, type Verdict } from './prediction.ts';
import { greatest, refusesSource } from './reverse-path.ts';

/** The shortest payload of a frame (IEEE 802.3 clause 4.4.2), which ARP is shorter than. */
const LENGTH = 46;
/** States in which an entry has no MAC address that would serve. */
const USELESS = ['INCOMPLETE', 'FAILED', 'NONE'];

/**
 * Gives a packet to a device for the next hop. Its MAC address is what the neighbour table says, or else what an answer to the
 * question for it would say (`neigh_resolve_output`).
 *
 * @param follow predicts what becomes of a frame from a step on
 */
export function sendToNeighbour(
  device: Device,
  hop: string,
  frame: Frame,
  follow: (frame: Frame, from: Step) => Prediction,
): Verdict {
  const { host, index, link } = device;
  const send = (destination: string) => outOf(device, { ...frame, source: link.mac, destination });
  // arp_constructor, ndisc_constructor: without ARP everything goes to the device's own address.
  if (!link.arp) return send(link.mac);
  const entry = host.neighbours.find(
    (each) => each.to === hop && each.device === index && !USELESS.includes(each.state),
  );
  if (entry?.lladdr) return send(entry.lladdr);
  const answer = ask(device, hop, follow);
  return typeof answer === 'string' ? send(answer) : answer;
}

/** The MAC address that an answer would bring, or why there would be none. */
function ask(device: Device, hop: string, follow: (frame: Frame, from: Step) => Prediction): string | Verdict {
  const family = familyOf(hop) ?? 4;
  const own = device.address(family);
  const asked = follow(question(device, family, own, hop), { ...placeOf(device), direction: 'out' });
  const vague = stepsOf(asked).find((step) => step.unknown !== undefined);
  if (vague?.unknown) return unknown(vague.unknown);
  const answers = heardBy(asked).map((at) => ({ at, says: answer(device.network.find(at), family, hop, own) }));
  const [first, ...others] = answers.filter(({ says }) => says !== false);
  if (!first) return nobody('neighbour.unanswered', device, hop);
  if (first.says !== true) return first.says as Verdict;
  const owner = device.network.find(first.at) as Device;
  if (others.length > 0) return unknown(`more than one host answers for ${hop}`);
  const reply = { source: owner.link.mac, destination: device.link.mac, tags: [], length: LENGTH };
  const etherType = family === 4 ? ETHERTYPE.arp : ETHERTYPE.ipv6;
  const back = heardBy(follow({ ...reply, etherType }, { ...first.at, direction: 'out' }));
  return back.some((at) => isAt(at, device)) ? owner.link.mac : nobody('neighbour.answer-lost', device, hop);
}

/** Whether a device that hears a question for an address answers it (`arp_process`, `ndisc_recv_ns`). */
function answer(
  device: Device | undefined,
  family: Family,
  target: string,
  asker: string | undefined,
): boolean | Verdict {
  if (!device?.link.arp) return false;
  const { host, namespace, index } = device;
  const holding = host.addresses.filter(({ address, tentative }) => address === target && !tentative);
  const here = holding.some((own) => own.index === index);
  if (family === 6)
    return here || (mayProxy(device, target, 'proxy_ndp') ? unknown(`${namespace} may answer for others`) : false);
  if (holding.length === 0)
    return mayProxy(device, target, 'proxy_arp') ? unknown(`${namespace} may answer for others`) : false;
  const refused = asker === undefined ? undefined : refusesSource(device, { family, source: asker });
  if (refused) return refused.kind === 'unknown' ? refused : false;
  const ignore = greatest(device, 'arp_ignore');
  if (ignore > 1) return unknown(`${namespace} has arp_ignore ${ignore}`);
  return ignore === 0 || here;
}

function mayProxy(device: Device, target: string, key: 'proxy_arp' | 'proxy_ndp'): boolean {
  const { host, link } = device;
  const family = key === 'proxy_arp' ? 'ipv4' : 'ipv6';
  const isOn = ['all', link.name].some((which) => host.sysctls[`net.${family}.conf.${which}.${key}`] === '1');
  return isOn || host.proxies.some(({ to }) => to === target);
}

function question({ link }: Device, family: Family, own: string | undefined, hop: string): Frame {
  const frame = { source: link.mac, tags: [], length: LENGTH };
  if (family === 4) {
    const sender = { senderMac: link.mac, senderIp: own ?? '0.0.0.0' };
    const arp = { operation: 'request', ...sender, targetMac: NO_MAC, targetIp: hop } as const;
    return { ...frame, destination: BROADCAST_MAC, etherType: ETHERTYPE.arp, arp };
  }
  const group = solicitedNodeGroup(hop);
  const packet = { source: own ?? '::', destination: group, protocol: IP_PROTOCOL.icmpv6, payload: Buffer.alloc(0) };
  return {
    ...frame,
    destination: multicastMac6(ipToBytes(group)),
    etherType: ETHERTYPE.ipv6,
    packet: { family, ...packet },
  };
}

function nobody(
  code: 'neighbour.unanswered' | 'neighbour.answer-lost',
  { namespace }: Device,
  address: string,
): Verdict {
  const cause: Cause = { code, facts: { asked: { by: namespace, address } } };
  return drop(cause, 'neigh_resolve_output', { reason: 'SKB_DROP_REASON_NEIGH_FAILED' });
}

function placeOf({ namespace, index }: Device) {
  return { namespace, index };
}

function isAt(at: Step, { namespace, index }: Device): boolean {
  return at.namespace === namespace && at.index === index;
}
