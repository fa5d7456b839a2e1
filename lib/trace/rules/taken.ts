import type { Hop, Interface, Namespace } from '../../lab/index.ts';
import { frameIdentity } from '../../wire/frame-identity.ts';
import { hopsInTime } from '../path.ts';
import type { Place } from '../place.ts';
import type { ProbePath, Recognize } from '../probe-path.ts';
import { isAbout } from '../solicitation.ts';
import { isReply } from '../translation.ts';
import type { Step, TracedPacket } from './follow-packets.ts';

/** A packet that a packet filter took, and where on the way that the taps saw. */
export interface Taken {
  at: Hop;
  namespace: Namespace;
  step: Step;
}

/**
 * Who took a frame of a path.
 *
 * @param places where it had the least way left to go: of a flood's copies, those count
 */
export function takenFrom(packets: readonly TracedPacket[], path: Hop, places: readonly Place[]): Taken | undefined {
  const hops = hopsInTime(path);
  const identities = new Set(hops.map(({ frame }) => frame.identity));
  const all = packets.flatMap(({ namespace, seen, taker }): Taken[] => {
    const isIt = seen.some(({ frame }) => isBeginningOf(frameIdentity(frame), identities));
    const at = taker && isIt ? hopOf(hops, namespace, taker) : undefined;
    return taker && at && !wentOnAsAnother(at) ? [{ at, namespace, step: taker }] : [];
  });
  const isFlood = hops.filter(({ next }) => next.length === 0).length > 1;
  return isFlood ? all.find((taken) => places.some((place) => isWanted(taken, place))) : all[0];
}

/** Who took an answer that no tap has seen: its own host did. */
export function takenUnseen(
  packets: readonly TracedPacket[],
  { arrival, goal }: ProbePath,
  recognize: Recognize,
): Taken | undefined {
  if (!arrival) return undefined;
  const { namespace } = arrival.frame.at;
  const isAnswer = ({ frame, iif }: TracedPacket['seen'][number]) =>
    iif === undefined &&
    (recognize(frame) === 'answer' || isAbout(frame, 'answer', goal) || isReply(arrival.frame.bytes, frame));
  const taken = packets.find((each) => each.namespace === namespace && each.taker && each.seen.some(isAnswer));
  return taken?.taker && { at: arrival, namespace, step: taken.taker };
}

/**
 * Who took a probe, or the question for its next hop's MAC address, before any tap saw it leave its source.
 *
 * @param hop the address of the next hop
 */
export function takenAtSource(
  packets: readonly TracedPacket[],
  source: Namespace,
  recognize: Recognize,
  hop: string | undefined,
): { step: Step; isSolicitation: boolean } | undefined {
  const taken = packets.flatMap(({ namespace, seen, taker }) => {
    const own = seen.filter(({ iif }) => iif === undefined);
    if (namespace !== source || !taker) return [];
    if (own.some(({ frame }) => recognize(frame) === 'probe')) return [{ step: taker, isSolicitation: false }];
    const asks = own.some(({ frame }) => hop !== undefined && isAbout(frame, 'question', hop));
    return asks ? [{ step: taker, isSolicitation: true }] : [];
  });
  return taken.find(({ isSolicitation }) => !isSolicitation) ?? taken[0];
}

/** A trace shows the beginning of a packet. */
function isBeginningOf(identity: string, whole: ReadonlySet<string>): boolean {
  return [...whole].some((each) => each.startsWith(identity));
}

/** Where on its way a frame was when it was taken: behind its last sighting in that namespace. */
function hopOf(hops: readonly Hop[], namespace: Namespace, { seen }: Step): Hop | undefined {
  const here = hops.filter(({ frame }) => frame.at.namespace === namespace);
  const cameBy = ({ at, direction }: { at: Interface; direction: string }) =>
    at.index === seen.iif && direction === 'in';
  return here.findLast(({ frame }) => cameBy(frame)) ?? here.at(-1);
}

/** Whether a host sent another frame in its place: a SYN proxy takes the SYN, and later sends its own (`synproxy_send_server_syn`). */
function wentOnAsAnother({ frame, next }: Hop): boolean {
  return next.some((hop) => hop.frame.identity !== frame.identity);
}

/** Whether it is the copy that was to go on from a place. */
function isWanted({ at, namespace, step }: Taken, { hop, step: way }: Place): boolean {
  if (hop.frame.at.namespace !== namespace || at.frame.at !== hop.frame.at) return false;
  const next = way?.next.at;
  // To IP a bridge's ports are the bridge (brnf_get_logical_dev).
  const isPort = namespace.interfaces.some(({ index }) => index === step.seen.oif);
  return !next || !isPort || next.namespace !== namespace || next.index === step.seen.oif;
}
