import { now } from '../kernel/clock.ts';
import { type Asked, Asking } from './asking.ts';
import { Noise } from './noise.ts';
import { HOLD, type Patience, type Quiet, WITHIN } from './patience.ts';

export type { Asked };

/** Milliseconds from one probe to the next: a cold start may cost the first, and a busy machine several. */
const INTERVALS = [10, 20, 40, 80];
const LAST_INTERVAL = 100;

/** More probes than a way has hosts that may learn an address too late, or give up a next hop. */
const MOST_UNCOUNTED = 10;

/** Milliseconds from one probe to the next, where chance decides and the time is over. */
const SHORT_INTERVAL = 5;

/**
 * Milliseconds after which the kernel may have given up the packets that wait for a neighbour's MAC address. It does so
 * after three times a lab's `retrans_time_ms` of 20, of which a timer may take a tick off (`neigh_timer_handler`).
 */
const NEIGHBOUR_GIVEN_UP = 40;

/** So many probes, at least, where a program may get them: it may answer some alone. One in eight then shows itself (98 %). */
const PROBES_OF_PROGRAMS = 32;

/** More packets than a filter drops before it lets a connection pass. */
const REPETITIONS = 20;

/** How often the taps are looked at while the network is to become silent, in milliseconds. */
const GLANCE = 20;

/** Silence is waited for so many milliseconds longer than it is to last, at most: other traffic may never end. */
const MOST_NOISE = 1500;

/** Silence lasts this many times as long as the slowest hop took: the same hop may be slower the next time. */
const SLOWER = 2;

/** More slow hops than a packet and its answer pass one after another, with their ARP or ND questions. */
const MOST_SLOW_HOPS = 8;

/** More looks than a packet and its answer meet programs on their way. */
const MOST_LOOKS = 10;

/** How long the looks may take in all while there is a storm, in milliseconds. It may keep the machine busy for ever. */
const MOST_STORM = 5000;

const STORMY = `the network did not become quiet, and the machine was too busy with its frames for ${MOST_STORM / 1000} s`;

/**
 * Asks until all that is wanted has come, or it is known that no more will come. Every question of hairpin goes through
 * here: one answer, a whole row of a matrix, the copies of a frame; those that should be answered and those that should
 * not.
 *
 * Without an answer it ends when nothing is under way any more (`untilQuiet`), or when the time is over. Time counts only
 * while this process could look, so a machine that stalls extends it. Where somebody else may still answer, such as a
 * program, the taps must also have seen nothing for as long again. At last the known queues are emptied, and what has come
 * is read once more.
 *
 * @returns undefined, or why nothing is known: the machine did not get round to it, or lost something itself
 */
export async function keepAsking(asked: Asked, patience: Patience): Promise<string | undefined> {
  const known = patience.untilQuiet ? patience.quiet?.() : undefined;
  const milliseconds = () => asked.milliseconds?.() ?? patience.milliseconds;
  const asking = new Asking(asked);
  if (known ? await untilProved(asking, known, milliseconds) : asking.send()) return undefined;
  if (await untilTimeIsOver(asking, milliseconds)) return undefined;
  const quiet = known ?? patience.quiet?.();
  if (!quiet) return undefined;
  const silence = known ? patience.milliseconds : 0;
  const mayBeHeld = silence > 0 && !patience.isOneOfSeveral && quiet.mayBeHeld(asking.repeatedAfter !== undefined);
  const enough = Math.max(quiet.probes(), mayBeHeld ? PROBES_OF_PROGRAMS : 0);
  if (!asking.once && (await sendEnough(asking, enough))) return undefined;
  if (!asking.once && (await untilConnectionGoesOn(asking, quiet, milliseconds()))) return undefined;
  if (await untilSessionAsked(asking, quiet)) return undefined;
  if (silence > 0 && !asking.once && (await untilMemberChanged(asking, quiet))) return undefined;
  if (silence > 0 && !asking.once && (await untilRepeated(asking, quiet))) return undefined;
  if (mayBeHeld && (await untilPassedOn(asking, quiet))) return undefined;
  const unknown = await lastLook(asking, quiet, silence);
  return unknown ?? (asking.read() ? undefined : quiet.doubt(asking.once));
}

/**
 * Asks until nothing is under way behind a probe, for as many probes as are enough.
 *
 * @returns whether nothing more is wanted, or will come; false when that is not known
 */
async function untilProved(asking: Asking, quiet: Quiet, milliseconds: () => number): Promise<boolean> {
  for (let counted = 0, uncounted = 0; uncounted < MOST_UNCOUNTED; ) {
    if (asking.send()) return true;
    const isQuiet = await quiet.reached(now() + milliseconds());
    if (asking.read()) return true;
    if (!isQuiet) return false;
    if (asking.once) return true;
    if ((await quiet.rerouted()) || wasGivenUp(asking, quiet)) {
      counted = 0;
      uncounted++;
    } else if (++counted >= quiet.probes()) return true;
  }
  return false;
}

/** Listens, and asks again now and then. True when nothing more is wanted. */
async function untilTimeIsOver(asking: Asking, milliseconds: () => number): Promise<boolean> {
  for (;;) {
    const left = milliseconds() - asking.listened;
    if (await asking.listen(Math.min(INTERVALS[asking.attempts - 1] ?? LAST_INTERVAL, left))) return true;
    if (asking.listened >= milliseconds()) return false;
    if (asking.send()) return true;
  }
}

/**
 * Empties the queues until the network does nothing more, and reads. It asks again where the last probe may have been lost
 * to a slow machine, or a slow program, rather than to the network.
 *
 * In a storm nobody can read all that the taps see, so it is not known who has learnt an address late: each look asks again.
 *
 * @param silence how long the taps must have seen nothing before, in milliseconds
 * @returns why nothing is known; undefined when nothing more is wanted, or will come
 */
async function lastLook(asking: Asking, quiet: Quiet, silence: number): Promise<string | undefined> {
  const began = asking.listened;
  const mostListened = () => began + silence + MOST_NOISE + MOST_SLOW_HOPS * quiet.slowestHop();
  const wanted = () => Math.max(silence, SLOWER * quiet.slowestHop());
  const noise = new Noise(quiet);
  let lost: string | undefined;
  let looked = 0;
  for (let look = 0; look < MOST_LOOKS; look++) {
    if (silence > 0 && (await untilSilent(asking, noise, wanted, mostListened))) return undefined;
    const lookedAt = now();
    const failure = await quiet.drained();
    if (asking.read()) return undefined;
    lost = quiet.lost();
    if (failure || (lost && asking.once)) return failure ?? lost;
    looked += now() - lookedAt;
    if (noise.isStorm && looked > MOST_STORM) return STORMY;
    const goesOn = noise.goesOn();
    const isRerouted = silence > 0 && !asking.once && !noise.isStorm && (await quiet.rerouted());
    const mayBeLost = noise.isStorm ? !asking.once : wasGivenUp(asking, quiet);
    const isAskedAgain = lost !== undefined || isRerouted || mayBeLost;
    if (!isAskedAgain && !goesOn) return undefined;
    if (isAskedAgain && asking.send()) return undefined;
  }
  return lost;
}

/** Sends as many probes as it takes where each fares by chance. True when nothing more is wanted. */
async function sendEnough(asking: Asking, enough: number): Promise<boolean> {
  while (asking.attempts < enough) if (asking.send() || (await asking.listen(SHORT_INTERVAL))) return true;
  return false;
}

/**
 * Where a filter may drop the first packets of a connection, and let later ones pass, sends more of the first one: each probe is a connection
 * of its own. The kernel repeats a SYN by itself. True when nothing more is wanted.
 *
 * @param most how long the spec lets an answer take, in milliseconds
 */
async function untilConnectionGoesOn(asking: Asking, quiet: Quiet, most: number): Promise<boolean> {
  if (!quiet.remembers(true)) return false;
  const { repeatedAfter } = asking;
  if (repeatedAfter !== undefined) return most >= WITHIN && asking.listen(repeatedAfter - asking.listened);
  for (let repeated = 0; repeated < REPETITIONS; repeated++)
    if (asking.repeat() || (await asking.listen(SHORT_INTERVAL))) return true;
  return false;
}

/**
 * Asks until each tunnel on the way has a session, or has asked its peer for one in vain. Then what it has kept back goes its way. True when
 * nothing more is wanted.
 */
async function untilSessionAsked(asking: Asking, quiet: Quiet): Promise<boolean> {
  if (!quiet.awaitsSession()) return false;
  while (quiet.awaitsSession()) if (asking.send() || (await asking.listen(LAST_INTERVAL))) return true;
  // What went before may have been sent in a session that the peer has lost.
  return asking.send() || asking.listen(HOLD);
}

/**
 * Asks until each bond has had the time to notice which of its slaves are dead, and then once more. True when nothing more is wanted.
 */
async function untilMemberChanged(asking: Asking, quiet: Quiet): Promise<boolean> {
  const most = quiet.memberChange();
  if (most === 0) return false;
  while (asking.listened < most)
    if (asking.send() || (await asking.listen(Math.min(LAST_INTERVAL, most - asking.listened)))) return true;
  return asking.send() || asking.listen(HOLD);
}

/**
 * Where a filter may drop a packet and let the same pass later, asks for as long as `toReach` does. For the second half of that time it is
 * silent, since the filter may want silence (`update @set { … timeout 300ms }`). What the kernel repeats by itself is not sent again, since each
 * new connection would be repeated later still. A refusal ends the repetition. True when nothing more is wanted.
 */
async function untilRepeated(asking: Asking, quiet: Quiet): Promise<boolean> {
  const { repeatedAfter } = asking;
  if (!quiet.remembers(repeatedAfter !== undefined)) return false;
  const most = repeatedAfter ?? WITHIN;
  for (;;) {
    // Also when the time is over: what the filter lets pass once in a while, it does then.
    if (!asking.isRepeated && asking.send()) return true;
    if (asking.listened >= most) return false;
    const next = asking.listened < most / 2 ? asking.listened + LAST_INTERVAL : most;
    if (await asking.listen(next - asking.listened)) return true;
  }
}

/**
 * Where a program may have got a packet, listens for as long as `toReach` does since the first probe that counts: nobody knows how slow
 * a program is before it has passed a packet on. True when nothing more is wanted.
 */
async function untilPassedOn(asking: Asking, quiet: Quiet): Promise<boolean> {
  for (let [since, uncounted] = [0, 0]; asking.listened - since < WITHIN; ) {
    if (await asking.listen(Math.min(LAST_INTERVAL, WITHIN + since - asking.listened))) return true;
    // What went before may have waited for a slow ARP or ND answer, and been given up.
    if (uncounted < MOST_UNCOUNTED && wasGivenUp(asking, quiet)) [since, uncounted] = [asking.listened, uncounted + 1];
    if (asking.send()) return true;
  }
  return false;
}

/**
 * Listens until no tap has seen anything for so long. Each hop of a packet is seen, so a packet that takes as long as that
 * on a hop is waited for on each.
 *
 * @param silence how long, in milliseconds; read again after each frame, which may show a slower hop
 * @param most the longest time to have listened in all, in milliseconds; a storm takes all of it
 * @returns whether nothing more is wanted
 */
async function untilSilent(asking: Asking, noise: Noise, silence: () => number, most: () => number): Promise<boolean> {
  // Without taps, for as long again.
  if (!noise.isHeard) return asking.listen(2 * silence());
  let [wanted, mostListened] = [silence(), most()];
  for (let silent = 0; silent < wanted && asking.listened < mostListened; ) {
    const slice = noise.isStorm ? mostListened - asking.listened : Math.min(GLANCE, wanted - silent);
    if (await asking.listen(slice)) return true;
    const goesOn = noise.goesOn();
    silent = goesOn ? 0 : silent + slice;
    if (goesOn && !noise.isStorm) [wanted, mostListened] = [silence(), most()];
  }
  return false;
}

/** Whether a host learnt a neighbour's address so late that the kernel may have given up what waited for it: the probe, say. */
function wasGivenUp(asking: Asking, quiet: Quiet): boolean {
  return !asking.once && now() - asking.sentAt > NEIGHBOUR_GIVEN_UP && quiet.learnt(asking.sentAt);
}
