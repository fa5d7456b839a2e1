import { randomBytes, randomInt } from 'node:crypto';
import { ResourceStack } from '../base/resource-stack.ts';
import { s32 } from '../kernel/bytes.ts';
import { checkErrno } from '../kernel/checked.ts';
import { now, sleep } from '../kernel/clock.ts';
import { SO_BINDTOIFINDEX, SOCK_DGRAM, SOL_SOCKET } from '../kernel/constants.ts';
import { errnoName } from '../kernel/libc.ts';
import { openIcmpSocket } from '../kernel/sockets/icmp-socket.ts';
import { keepWord } from '../kernel/sockets/packet-filter.ts';
import { Socket } from '../kernel/sockets/socket.ts';
import { familyNumber, ipSocketAddress, readIpSocketAddress } from '../kernel/sockets/socket-address.ts';
import { NUMBER_LENGTH, Pacer } from '../kernel/threads/pacer.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Namespace } from '../lab/index.ts';
import { encodeEchoRequest, ICMP_TYPE } from '../wire/icmp.ts';
import { bindSource, scopeOf } from './bind-source.ts';
import { vrfWith } from './listener.ts';
import type { Question } from './question.ts';

/** Milliseconds from one probe to the next. */
export const PACE = 1;

/** How often it is looked whether the network has come back, in milliseconds. */
const GLANCE = 2;

/** A time in which no probe was answered. Times are in milliseconds. */
export interface Outage {
  /** When its first probe was sent, since the beginning of the function. */
  start: number;
  /** The longest time from a lost probe to another with none between them that was answered, not even late. */
  length: number;
  /** How long it may have been at most: from the answered probe before to the one behind. */
  most: number;
  probes: number;
  /** How many of them another host than the target answered. */
  foreign: number;
  /** Why its probes were not sent, if they were not: `ENETUNREACH`. */
  unsent: string | undefined;
  /** Whether it had not ended when the probes did. */
  isOpen: boolean;
}

/** How well a network answered while something was done to it. */
export interface Continuity {
  outages: Outage[];
  /** The longest time without a lost probe in which none had a prompt answer: the machine sent none, or they came late. In milliseconds. */
  hole: number;
  probes: number;
  /** From the first probe to the last, in milliseconds. */
  took: number;
}

/** The probes of which none was answered at once, before the function ran. */
export interface Unanswered {
  unanswered: number;
  /** How many of them another host than the target answered. */
  foreign: number;
}

/** How long to wait for what. */
interface ContinuityPatience {
  /** An outage may be so long. */
  gap: number;
  /** How much later than usual an answer may come. */
  lateness: number;
  /** Whether there is no hope any more. */
  isHopeless: () => boolean;
}

/**
 * Sends a probe each millisecond while a function runs, and until the network answers again, or has not for longer than it
 * may.
 *
 * @param by of UDP hairpin itself sends everything back at the far end
 * @param isTarget whether the target itself must answer; otherwise any host with the address may
 * @returns the probes that were sent when none was answered before, so that the function was not called
 */
export async function observeContinuity(
  question: Question,
  by: 'icmp' | 'udp',
  during: () => unknown,
  { gap, lateness, isHopeless, isTarget }: ContinuityPatience & { isTarget: boolean },
): Promise<Continuity | Unanswered> {
  using resources = new ResourceStack();
  const pacer = new Pacer({
    ...openProbe(question, by, { resources, isTarget }),
    interval: PACE,
    patience: lateness + PROMPT,
  });
  // A lab that is closed under it closes nothing that the thread uses: these sockets are closed only below.
  try {
    const started = now();
    const isLate = () =>
      pacer.count === 0 ? now() - started > THREAD_START : now() - pacer.sentAt(0) > FIRST_ANSWER + lateness;
    await until(() => answeredSince(pacer, 0) || isLate(), isHopeless);
    // The machine did not get round to it, or the network has changed since it was last asked.
    if (!answeredSince(pacer, 0)) return unanswered(pacer);
    const began = now();
    await during();
    const ended = now();
    const back = () => answeredSince(pacer, ended) || now() - ended > gap + lateness + GRACE || pacer.isFull;
    await until(back, isHopeless);
    pacer.stopSending();
    const last = pacer.count - 1;
    const stopped = now();
    await until(() => pacer.outcomeOf(last) !== 'lost' || now() - stopped > lateness + GRACE, isHopeless);
    return judge(pacer, began, stopped);
  } finally {
    await pacer.end();
  }
}

/** How long the thread may take to start, in milliseconds: on a starving machine it takes seconds. */
const THREAD_START = 60_000;

/** How long it may then take until an answer is prompt. */
const FIRST_ANSWER = 10_000;

/** An answer is prompt that takes no longer, where nothing delays it, in milliseconds. */
const PROMPT = 5;

/** How long an answer may be under way where nothing delays it, in milliseconds. */
const GRACE = 100;

function openProbe(
  question: Question,
  by: 'icmp' | 'udp',
  { resources, isTarget }: { resources: ResourceStack; isTarget: boolean },
) {
  const { from, to, family } = question;
  const mark = randomBytes(8);
  const payload = Buffer.concat([mark, Buffer.alloc(NUMBER_LENGTH)]);
  if (by === 'icmp') {
    const socket = resources.use(openIcmpSocket(engineOf(from).netns, family, [ICMP_TYPE[family].echoReply]));
    checkErrno('bind', bindSource(socket, question));
    const request = encodeEchoRequest(family, { identifier: randomInt(0x1_0000), sequence: 0, payload });
    const address = ipSocketAddress(family, to.address, 0, scopeOf(question));
    const heard = isTarget && to.namespace ? resources.use(openHeard(to.namespace, question, mark)) : undefined;
    return { socket: socket.fd, to: address, request, icmp: family, echo: undefined, heard: heard?.fd };
  }
  const far = to.namespace ?? from;
  const echo = resources.use(Socket.open(engineOf(far).netns, familyNumber(family), SOCK_DGRAM, 0));
  checkErrno(`bind(${to.address})`, echo.bind(ipSocketAddress(family, to.address, 0, to.device?.index ?? 0)));
  const { port } = readIpSocketAddress(echo.localAddress());
  const socket = resources.use(Socket.open(engineOf(from).netns, familyNumber(family), SOCK_DGRAM, 0));
  checkErrno('bind', bindSource(socket, question));
  const address = ipSocketAddress(family, to.address, port, scopeOf(question));
  return { socket: socket.fd, to: address, request: payload, icmp: undefined, echo: echo.fd, heard: undefined };
}

/** A socket that hears the probes at the target, as its kernel does that answers them (`raw_local_deliver`, before `icmp_rcv`). */
function openHeard(namespace: Namespace, { to, family }: Question, mark: Buffer): Socket {
  using resources = new ResourceStack();
  const socket = resources.use(openIcmpSocket(engineOf(namespace).netns, family, [ICMP_TYPE[family].echoRequest]));
  const vrf = vrfWith(namespace, to.address);
  if (vrf) socket.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(vrf.index));
  // IPv4 gives the filter its header, too (raw_rcv), IPv6 does not (ipv6_raw_deliver).
  keepWord(socket, (family === 4 ? IPV4_HEADER : 0) + ICMP_HEADER, mark);
  resources.move();
  return socket;
}

const IPV4_HEADER = 20;
const ICMP_HEADER = 8;

async function until(isSo: () => boolean, isHopeless: () => boolean): Promise<void> {
  while (!isSo() && !isHopeless()) await sleep(GLANCE);
}

function unanswered(pacer: Pacer): Unanswered {
  const { count } = pacer;
  const foreign = Array.from({ length: count }, (_, number) => pacer.outcomeOf(number) === 'foreign').filter(Boolean);
  return { unanswered: count, foreign: foreign.length };
}

/** Whether a probe that was sent after some time has been answered. */
function answeredSince(pacer: Pacer, time: number): boolean {
  for (let number = pacer.count - 1; number >= 0 && pacer.sentAt(number) > time; number--)
    if (pacer.outcomeOf(number) === 'answered') return true;
  return false;
}

/**
 * Finds the outages among the probes that were sent.
 *
 * @param began when the function did: what was over by then does not count
 * @param stopped when the last probe can have been sent
 */
export function judge(
  pacer: Pick<Pacer, 'count' | 'sentAt' | 'outcomeOf'>,
  began: number,
  stopped: number,
): Continuity {
  const { count } = pacer;
  const outages: Outage[] = [];
  let open: Outage | undefined;
  /** Since when no probe has been answered, not even late. */
  let silentSince: number | undefined;
  let hole = 0;
  let answered = pacer.sentAt(0);
  for (let number = 0; number < count; number++) {
    const at = pacer.sentAt(number);
    const outcome = pacer.outcomeOf(number);
    if (outcome === 'answered' || outcome === 'late') silentSince = undefined;
    else silentSince ??= at;
    if (outcome === 'answered') {
      const most = at - answered - PACE;
      if (open) Object.assign(open, { most, isOpen: false });
      else if (at > began) hole = Math.max(hole, most);
      if (open && at > began) outages.push(open);
      open = undefined;
      answered = at;
    } else if (outcome === 'late') {
      // It came, and nobody knows how long nothing did: what is between two prompt answers may have been an outage.
    } else if (open) {
      const silent = at - (silentSince ?? at) + PACE;
      Object.assign(open, { length: Math.max(open.length, silent), probes: open.probes + 1 });
      if (outcome === 'foreign') open.foreign++;
    } else {
      const unsent = typeof outcome === 'number' ? errnoName(outcome) : undefined;
      const foreign = outcome === 'foreign' ? 1 : 0;
      open = { start: at - began, length: PACE, most: PACE, probes: 1, foreign, unsent, isOpen: true };
    }
  }
  if (open) outages.push({ ...open, most: stopped - answered });
  else hole = Math.max(hole, stopped - answered - PACE);
  return { outages, hole, probes: count, took: pacer.sentAt(count - 1) - pacer.sentAt(0) };
}
