import { KernelError } from '../../kernel/kernel-error.ts';
import type { Interface, Namespace } from '../../lab/index.ts';
import type { ReachReport } from '../../probes/reach.ts';
import { nextHop } from '../../probes/source.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import type { Step } from '../expected-way.ts';
import type { Obstacle } from '../obstacles/obstacle.ts';
import { type Hop, hopsOf } from '../path.ts';
import type { ProbePath } from '../probe-path.ts';
import { type ExpectedPacket, expectedAnswer, expectedProbe } from './expected-packet.ts';
import { type Filtering, filterObstacle } from './filter-obstacle.ts';
import type { FilterWitness } from './filter-witness.ts';
import { across, bridged, type Hook, inwards, isArp, outwards } from './hooks.ts';
import type { FilteredPacket } from './packet-at.ts';

type State = 'new' | 'established';

/**
 * What connection tracking makes of an answer: of a connection only where the namespace itself passed on, sent or took
 * what is answered (`nf_conntrack_in`). Elsewhere it may be invalid, or the first of its own.
 */
export function stateOfAnswer({ namespace }: Interface, { path, arrival }: ProbePath): State | undefined {
  const knows = hopsOf(path).some(
    (hop) => hop.frame.at.namespace === namespace && (hop.frame.direction === 'out' || hop === arrival),
  );
  return knows ? 'established' : undefined;
}

/** What packet filters made of a frame between two neighbouring steps of its way. */
export function filterBetween(
  hop: Hop,
  here: Step,
  next: Step,
  state: State | undefined,
  witness: FilterWitness,
): Filtering {
  return filterObstacle(here.at.namespace, hooksBetween(here, next), seen(hop, state, witness), witness);
}

/** What the packet filters of a host made of a packet for itself. */
export function filterInwards(hop: Hop, state: State, witness: FilterWitness): Filtering {
  const { at, bytes } = hop.frame;
  return filterObstacle(at.namespace, inwards(at, bytes), seen(hop, state, witness), witness);
}

/**
 * What the packet filters of a host made of a frame that a socket of it listens for. ARP is heard beside `arp_rcv`, whose
 * hook has no say in that.
 */
export function filterHeard(hop: Hop, witness: FilterWitness): Filtering {
  const { at, bytes } = hop.frame;
  const hooks = inwards(at, bytes).filter(({ layer }) => layer === 'device' || !isArp(bytes));
  return filterObstacle(at.namespace, hooks, seen(hop, 'new', witness), witness);
}

/** What the target's packet filters made of a probe, or of its answer, which no device was seen to send. */
export function filterTarget(hop: Hop, witness: FilterWitness): Filtering {
  const { at, bytes } = hop.frame;
  const probe = filterInwards(hop, 'new', witness);
  if (probe.culprit) return probe;
  const answer = expectedAnswer(bytes);
  if (!answer) return probe;
  const device = wayBack(at, answer.bytes);
  const packet = { ...answer, state: stateOf(answer.bytes, 'established') };
  const back = filterObstacle(at.namespace, outwards(device, answer.bytes), packet, witness, 'its answer');
  return { ...back, doubt: probe.doubt || back.doubt };
}

/** What to look at where no rule can be named, and yet packet filters may have dropped a packet, or have for sure. */
export function filterHint(namespace: Namespace, witness: FilterWitness, doubt: boolean): string | undefined {
  // What nftables does not know of is the older iptables'.
  const list = witness.rulesetOf(namespace) ? 'nft list ruleset' : 'iptables-legacy-save';
  if (witness.convicted) return `a packet filter of ${namespace} dropped it: ${list}`;
  return doubt ? `${namespace} has packet filters that may have dropped it: ${list}` : undefined;
}

/** Which of the source's packet filters took a probe that none of its devices was seen to send. */
export function filterUnsent(
  { question, by, port, outcome }: ReachReport,
  witness: FilterWitness,
): Obstacle | undefined {
  const { from, family, source, to } = question;
  // What is for itself takes the loopback; and without taps nobody knows whether it was sent.
  if (to.namespace === from || (!from.lab.taps && outcome !== 'unsent')) return undefined;
  const hop = nextHop(question);
  if (typeof hop === 'string') return undefined;
  const probe = expectedProbe(by, { family, source: source.address, target: to.address, port });
  const way = outwards(hop.device, probe.bytes);
  const judge = (hooks: readonly Hook[], packet: ExpectedPacket, what?: string) =>
    filterObstacle(from, hooks, { ...packet, state: stateOf(packet.bytes, 'new') }, witness, what).culprit;
  if (by === 'arp') return judge(way, probe);
  const own = judge(way.slice(0, -1), probe);
  if (own || family === 6) return own ?? judge(way.slice(-1), probe);
  const request = expectedProbe('arp', { family, source: source.address, target: hop.address, port });
  const what = `the question for ${hop.address}, by ARP,`;
  return judge(outwards(hop.device, request.bytes), request, what) ?? judge(way.slice(-1), probe);
}

function hooksBetween(here: Step, next: Step): Hook[] {
  const [iif, oif] = [here.at, next.at];
  if (here.direction === 'in' && next.direction === 'out') return iif.isPort ? bridged(iif, oif) : across(iif, oif);
  // To a macvlan from its parent, and back.
  if (here.direction === 'in' && next.direction === 'in') return [{ name: 'ingress', layer: 'device', iif }];
  if (here.direction === 'out' && next.direction === 'out') return [{ name: 'egress', layer: 'device', oif }];
  return [];
}

function seen({ frame: { at, bytes } }: Hop, state: State | undefined, { answered }: FilterWitness): FilteredPacket {
  // A probe is sent again with the same ports, or identifier: once it was answered, it is of a connection (IPS_SEEN_REPLY).
  const isKnown = state === 'new' && answered.has(at.namespace);
  return { bytes, unknown: [], state: stateOf(bytes, isKnown ? undefined : state) };
}

/** Connection tracking follows echoes, TCP and UDP; a neighbour solicitation has no state (`nf_conntrack_icmpv6_…`). */
function stateOf(bytes: Buffer, state: State | undefined): State | undefined {
  const packet = ipPacketOf(bytes);
  if (!packet) return undefined;
  const { protocol, payload } = packet;
  const isEcho =
    (protocol === IP_PROTOCOL.icmp && (payload[0] === 8 || payload[0] === 0)) ||
    (protocol === IP_PROTOCOL.icmpv6 && (payload[0] === 128 || payload[0] === 129));
  return isEcho || protocol === IP_PROTOCOL.tcp || protocol === IP_PROTOCOL.udp ? state : undefined;
}

/** The device that an answer leaves by. */
function wayBack(arrival: Interface, answer: Buffer): Interface {
  const { namespace } = arrival;
  const packet = ipPacketOf(answer);
  if (!packet) return arrival;
  try {
    const route = namespace.route.get(packet.destination);
    return namespace.interfaces.find(({ index }) => index === route.device) ?? arrival;
  } catch (error) {
    if (error instanceof KernelError) return arrival;
    throw error;
  }
}
