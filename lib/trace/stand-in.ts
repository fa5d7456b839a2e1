import { PACKET_HOST } from '../kernel/constants.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { CapturedFrame, Hop, Interface, Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { routeIfAny } from '../lab/tables/route-to.ts';
import { kindOf } from '../links/registry.ts';
import { hasIpsec } from '../netlink/xfrm/ipsec.ts';
import type { Question } from '../probes/question.ts';
import { isOwnAddress } from '../probes/source.ts';
import { arpIn } from '../wire/arp.ts';
import { familyOf } from '../wire/ip-address.ts';
import { packetBehindTags } from '../wire/ip-packet.ts';
import { withoutVlanTags } from '../wire/vlan-tag.ts';
import { copiesAt, isSent, repliedAfterTranslation, waysOfAnswers } from './answer-ways.ts';
import { Capture } from './capture.ts';
import { answersAnycast, hasAddress } from './owner.ts';
import type { Recognize } from './probe-path.ts';
import { advertised } from './solicitation.ts';

/** Who answered in the place of a question's target. */
export interface StandIn {
  namespace: Namespace;
  /** How it came to: behind the namespace's name. */
  how: string;
  hint: string;
  /** The target sent the very same, and not all came: whose it was that did is not known. */
  orTarget?: boolean;
}

/**
 * Who answered, if it was not the target: another host with its address, whoever a packet filter sends the probe to, or
 * the source itself. What counts is whose answer came to the asker, not who sent one. Only what the taps saw counts: where
 * one may have missed something, the answer is the target's.
 *
 * @param wanted whether the target itself must answer, or any host with the address may
 * @param since when the question began, in nanoseconds by the clock of the taps
 */
export function standInOf(
  question: Question,
  recognize: Recognize,
  { wanted, since }: { wanted: 'namespace' | 'address'; since: bigint },
): StandIn | undefined {
  const { from, to } = question;
  if (!mayHaveStandIn(question)) return undefined;
  if (to.namespace === from || (wanted === 'address' && isOwnAddress(from, to.address))) return undefined;
  const capture = Capture.of(from.lab);
  const frames = capture.since(since);
  // All of them once, in the order of time: an answer to a translated port is known by its probe.
  for (const { bytes } of frames) recognize(bytes);
  const used = new Set(frames.map(({ at }) => at));
  const isSeenThrough = ({ interfaces }: Namespace) => interfaces.every((each) => isEthernet(each) || !used.has(each));
  const isKnown = (namespace: Namespace) => capture.isWhole(namespace, since) && isSeenThrough(namespace);
  const target = to.namespace;
  const sent = (namespace: Namespace, what: 'probe' | 'answer') =>
    frames.some((frame) => frame.at.namespace === namespace && isSent(frame) && recognize(frame.bytes) === what);
  const targetSent =
    target &&
    (sent(target, 'answer') || !isKnown(target) || repliedAfterTranslation(target, { frames, from, recognize }));
  if (!targetSent && isKnown(from) && !sent(from, 'probe')) return mayHide(question) ? undefined : ofItself(question);
  if (!target || wanted === 'address') return undefined;
  const ways = waysOfAnswers(frames, from, recognize);
  const senders = ways.filter((way) => copiesAt(from, way) > 0).map(({ frame }) => frame);
  // A way that breaks off, in a tunnel or at a translation, may begin at the target.
  const own = new Set(
    frames.filter((frame) => frame.at.namespace === target && isSent(frame)).map((each) => each.identity),
  );
  const isOthers = (sender: CapturedFrame) => claims(sender, to.address, own);
  if (targetSent && !senders.some(isOthers)) return undefined;
  const clone = cloneOf(target, question, ways);
  if (clone) return clone;
  if (targetSent && senders.some(({ at }) => at.namespace === target)) return undefined;
  const standIn = withItsAddress(senders, frames, question, recognize) ?? answering(senders, question, isSeenThrough);
  // A question that the target got may have an answer that was not known for one there: it was translated on its way.
  const got = frames.some((frame) => frame.at.namespace === target && isDelivered(frame, recognize));
  return got && !senders.some(({ at }) => at.namespace === standIn?.namespace) ? undefined : standIn;
}

/** Whether the source may send its probe where nobody knows it again: encrypted by IPsec (`xfrm_output`), or in another packet. */
function mayHide({ from, to, flow }: Question): boolean {
  return hasIpsec(engineOf(from).netns) || routeIfAny(from, to.address, flow)?.encapsulates === true;
}

/** Where no address was given twice, nobody is a proxy, and only hairpin has had a hand in it, nobody else can answer. */
function mayHaveStandIn({ from: { lab }, to }: Question): boolean {
  const { addresses, isPristine } = engineOf(lab);
  const hasProxy = lab.namespaces.some(({ sysctl }) => [...sysctl.written].some((name) => name.includes('proxy')));
  return !isPristine || addresses.isShared || addresses.isOfRouters(to.address) || hasProxy;
}

/**
 * Who sent byte for byte what the target sent, where fewer came than were sent: on a common way they cannot be told apart.
 */
function cloneOf(target: Namespace, { from, to }: Question, ways: readonly Hop[]): StandIn | undefined {
  for (const { frame: own } of ways.filter(({ frame }) => frame.at.namespace === target)) {
    const sent = ways.filter(
      ({ frame }) => frame.bytes.equals(own.bytes) && hasAddress(frame.at.namespace, to.address),
    );
    const clone = sent.find(({ frame }) => frame.at.namespace !== target)?.frame.at.namespace;
    const came = sent.reduce((copies, way) => copies + copiesAt(from, way), 0);
    if (clone && came > 0 && came < sent.length) return { ...twice(clone, to), orTarget: true };
  }
  return undefined;
}

/**
 * Whether whoever sent an answer speaks for the address itself, rather than pass the answer on.
 *
 * @param own what the target itself sent: a bridge may give it another MAC address
 */
function claims({ at: { namespace }, bytes, identity }: CapturedFrame, address: string, own: Set<string>): boolean {
  return (
    (isAdvertisement(bytes) && !own.has(identity)) ||
    hasAddress(namespace, address) ||
    answersAnycast(namespace, address)
  );
}

/** Everybody gets a question by ARP, and a switch may hand everybody a frame that is for another. */
function isDelivered({ direction, bytes, packetType }: CapturedFrame, recognize: Recognize): boolean {
  return direction === 'in' && packetType === PACKET_HOST && recognize(bytes) === 'probe';
}

function ofItself({ from, to }: Question): StandIn {
  const own = isOwnAddress(from, to.address);
  return {
    namespace: from,
    how: own ? `has ${to.address} itself, so nothing left it` : 'has a route to itself for it, so nothing left it',
    hint: own ? `give ${from} or ${to.namespace} another address` : `on ${from}: ip route show table local`,
  };
}

/**
 * Whoever got the probe at an address of its own: the target's, or what a translation made of it. Somebody whose answer
 * came before somebody whose did not; behind a translation it was not known for one.
 */
function withItsAddress(
  senders: readonly CapturedFrame[],
  frames: readonly CapturedFrame[],
  { from, to }: Question,
  recognize: Recognize,
): StandIn | undefined {
  const answered = new Set(senders.map(({ at }) => at.namespace));
  const [first, others] = [true, false].map((has) => frames.filter(({ at }) => answered.has(at.namespace) === has));
  for (const { at, direction, bytes } of [...(first ?? []), ...(others ?? [])]) {
    const { namespace } = at;
    if (direction !== 'in' || namespace === from || namespace === to.namespace || recognize(bytes) !== 'probe')
      continue;
    const address = destinationOf(bytes);
    if (address === undefined) continue;
    if (address === to.address && answersAnycast(namespace, address)) return anyRouter(namespace, to);
    if (!hasAddress(namespace, address)) continue;
    if (address !== to.address) return translated(namespace, to.address, address);
    return twice(namespace, to);
  }
  return undefined;
}

function twice(namespace: Namespace, { address, namespace: target }: Question['to']): StandIn {
  const hint = `give ${namespace} or ${target} another address; whoever has it may answer toReach('${address}')`;
  return { namespace, how: `has ${address} too`, hint };
}

function anyRouter(namespace: Namespace, { address, namespace: target }: Question['to']): StandIn {
  return {
    namespace,
    how: `answers for ${address} as a router of that subnet (RFC 4291 section 2.6.1)`,
    hint: `the first address of an IPv6 subnet is that of all of its routers: give ${target} another`,
  };
}

/** Whoever sent the answer without having been given it: a router that took the probe for itself. */
function answering(
  senders: readonly CapturedFrame[],
  { to }: Question,
  isSeenThrough: (namespace: Namespace) => boolean,
): StandIn | undefined {
  const [first] = senders;
  if (!first || !isSeenThrough(first.at.namespace)) return undefined;
  const { namespace } = first.at;
  // br_do_proxy_suppress_arp: the question is kept back from a port, and the bridge answers it.
  if (isAdvertisement(first.bytes) && first.at.isPort) return suppressed(first.at, to.address);
  return isAdvertisement(first.bytes) ? proxy(namespace, to.address) : translated(namespace, to.address, undefined);
}

function suppressed({ namespace }: Interface, asked: string): StandIn {
  const hint = `ask by 'icmp', which only the target itself answers; on ${namespace}: bridge -d link show`;
  return { namespace, how: `answered for ${asked}, for its bridge has a port with neigh_suppress or proxy_arp`, hint };
}

function proxy(namespace: Namespace, asked: string): StandIn {
  const setting = familyOf(asked) === 6 ? 'proxy_ndp' : 'proxy_arp';
  const hint = `ask by 'icmp', which only the target itself answers; or turn ${setting} off on ${namespace}`;
  return { namespace, how: `answered for ${asked}, as a proxy`, hint };
}

function translated(namespace: Namespace, asked: string, became: string | undefined): StandIn {
  return {
    namespace,
    how: became ? `got the probe, whose target had become ${became}` : 'took the probe for its own',
    hint: `a packet filter on the way translates ${asked}, or has a proxy take it (tproxy): nft list ruleset`,
  };
}

function isAdvertisement(bytes: Buffer): boolean {
  return advertised(withoutVlanTags(bytes)) !== undefined;
}

/** Whether the taps see a device's frames as they are; of a tunnel's, they may see the packet alone. */
function isEthernet(device: Interface): boolean {
  return kindOf(device)?.isEthernet(Object(stateIfThere(device)?.data)) ?? false;
}

function destinationOf(bytes: Buffer): string | undefined {
  return arpIn(withoutVlanTags(bytes))?.targetIp ?? packetBehindTags(bytes)?.destination;
}
