import { PACKET_HOST } from '../kernel/constants.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import type { Question } from '../probes/question.ts';
import { isOwnAddress } from '../probes/source.ts';
import { decodeArp } from '../wire/arp.ts';
import { decodeEthernet, ETHERTYPE } from '../wire/ethernet.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { Capture, type CapturedFrame } from './capture.ts';
import { holds } from './obstacles/owner.ts';
import type { Recognize } from './probe-path.ts';

/** Who answered in the place of a question's target. */
export interface StandIn {
  namespace: Namespace;
  /** How it came to: behind the namespace's name. */
  how: string;
  hint: string;
}

/** Kinds of devices whose frames the taps see as they are; of a tunnel's, they see the packet alone. */
const ETHERNET = new Set(['veth', 'bridge', 'macvlan', 'macvtap', 'ipvlan', 'ipvtap', 'vlan', 'dummy', 'vxlan', 'ifb']);

/**
 * Who answered, if it was not the target: another host with its address, whoever a packet filter sends the probe to, or
 * the source itself. Only what the taps saw counts: where one may have missed something, the answer is the target's.
 *
 * @param wanted whether the answer must be the target's own; of an address whoever has it may answer
 * @param since when the question began, in nanoseconds by the clock of the taps
 */
export function standInOf(
  question: Question,
  recognize: Recognize,
  { wanted, since }: { wanted: 'namespace' | 'address'; since: bigint },
): StandIn | undefined {
  const { from, to } = question;
  // Where no address was given twice, nobody is a proxy, and only hairpin has had a hand in it, there is nobody who could.
  if (from.lab.isPristine && !from.lab.addresses.isShared && !from.lab.namespaces.some(mayBeProxy)) return undefined;
  if (to.namespace === from || (wanted === 'address' && isOwnAddress(from, to.address))) return undefined;
  const capture = Capture.of(from.lab);
  const saw = (namespace: Namespace, isIt: (frame: CapturedFrame) => boolean) =>
    capture.sawAt(namespace, since, isIt) || !capture.isWhole(namespace) || !namespace.interfaces.every(isEthernet);
  const target = to.namespace;
  // First what is nearly always so: a passing assertion reads this one tap.
  const isAnswer = ({ direction, bytes }: CapturedFrame) => direction === 'out' && recognize(bytes) === 'answer';
  if (target && saw(target, isAnswer)) return undefined;
  const left = saw(from, ({ direction, bytes }) => direction === 'out' && recognize(bytes) === 'probe');
  if (!left) return ofItself(question);
  if (!target || wanted === 'address') return undefined;
  const frames = capture.frames().filter(({ nanoseconds }) => nanoseconds >= since);
  const standIn = withItsAddress(frames, question, recognize) ?? answering(frames, question, recognize);
  // A question that the target got may have an answer that was not known for one there: it was translated on its way.
  const got = frames.some((frame) => frame.at.namespace === target && isDelivered(frame, recognize));
  return got && standIn?.namespace !== answerer(frames, recognize) ? undefined : standIn;
}

/** Everybody gets a question by ARP, and a switch may hand everybody a frame that is for another. */
function isDelivered({ direction, bytes, packetType }: CapturedFrame, recognize: Recognize): boolean {
  return direction === 'in' && packetType === PACKET_HOST && recognize(bytes) === 'probe';
}

/** Whom the answer was first seen to leave. */
function answerer(frames: readonly CapturedFrame[], recognize: Recognize): Namespace | undefined {
  const first = frames.find(({ bytes }) => recognize(bytes) === 'answer');
  return first?.direction === 'out' ? first.at.namespace : undefined;
}

function mayBeProxy({ sysctl }: Namespace): boolean {
  return [...sysctl.written].some((name) => name.includes('proxy'));
}

function ofItself({ from, to }: Question): StandIn {
  const own = isOwnAddress(from, to.address);
  return {
    namespace: from,
    how: own ? `has ${to.address} itself, so nothing left it` : 'has a route to itself for it, so nothing left it',
    hint: own ? `give ${from} or ${to.namespace} another address` : `on ${from}: ip route show table local`,
  };
}

/** Whoever got the probe at an address of its own: the target's, or what a translation made of it. */
function withItsAddress(
  frames: readonly CapturedFrame[],
  { from, to }: Question,
  recognize: Recognize,
): StandIn | undefined {
  for (const { at, direction, bytes } of frames) {
    const { namespace } = at;
    if (direction !== 'in' || namespace === from || namespace === to.namespace || recognize(bytes) !== 'probe')
      continue;
    const address = destinationOf(bytes);
    if (address === undefined || !holds(namespace, address)) continue;
    if (address !== to.address) return translated(namespace, to.address, address);
    const hint = `give ${namespace} or ${to.namespace} another address; whoever has it may answer toReach('${address}')`;
    return { namespace, how: `has ${address} too`, hint };
  }
  return undefined;
}

/** Whoever sent the answer without having been given it: a router that took the probe for itself. */
function answering(
  frames: readonly CapturedFrame[],
  { from, to }: Question,
  recognize: Recognize,
): StandIn | undefined {
  const first = frames.find(({ at, bytes }) => at.namespace !== from && recognize(bytes) === 'answer');
  if (first?.direction !== 'out' || !first.at.namespace.interfaces.every(isEthernet)) return undefined;
  const { namespace } = first.at;
  if (namespace.role === 'switch') return undefined;
  const byArp = decodeEthernet(withoutVlanTags(first.bytes))?.etherType === ETHERTYPE.arp;
  return byArp ? proxy(namespace, to.address) : translated(namespace, to.address, undefined);
}

function proxy(namespace: Namespace, asked: string): StandIn {
  const hint = `ask by 'icmp', which only the target itself answers; or turn proxy_arp off on ${namespace}`;
  return { namespace, how: `answered for ${asked}, as a proxy`, hint };
}

function translated(namespace: Namespace, asked: string, became: string | undefined): StandIn {
  return {
    namespace,
    how: became ? `got the probe, whose target had become ${became}` : 'took the probe for its own',
    hint: `a packet filter on the way translates ${asked}: nft list ruleset`,
  };
}

function isEthernet({ kind }: Interface): boolean {
  return ETHERNET.has(kind);
}

function destinationOf(bytes: Buffer): string | undefined {
  const frame = decodeEthernet(withoutVlanTags(bytes));
  if (frame?.etherType === ETHERTYPE.arp) return decodeArp(frame.payload)?.targetIp;
  return ipPacketOf(withoutVlanTags(bytes))?.destination;
}
