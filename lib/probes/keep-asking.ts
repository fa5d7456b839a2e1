import { now } from '../kernel/clock.ts';
import type { Patience, Quiet } from './patience.ts';

/** Milliseconds from one probe to the next: a cold start may cost the first, and a busy machine several. */
const INTERVALS = [10, 20, 40, 80];
const LAST_INTERVAL = 100;

/** Probes after which nothing more is waited for once nothing is under way. */
const PROBES_ENOUGH = 2;

/**
 * Milliseconds after which the kernel gives up on a neighbour, and on the packets that wait for it
 * (`neigh_timer_handler`, with a lab's `retrans_time_ms`). A probe that was kept for so long may have been lost to the
 * machine.
 */
const NEIGHBOUR_FAILS = 60;

/** So many probes, at most, do not count because the machine kept them for too long. */
const MOST_KEPT = 10;

/** How often the taps are looked at while the network is to become silent, in milliseconds. */
const GLANCE = 20;

/** How often the network may go on after a silence was waited for, at most: other traffic may never end. */
const MOST_SILENCES = 4;

/** What is asked, of whatever kind. The engine below knows neither frames nor sockets. */
export interface Asked {
  /** Sends what has no answer yet, for the n-th time. */
  send(attempt: number): void;
  /** Takes what has come. True when nothing more is wanted. */
  read(): boolean;
  /** Waits until there may be something to read, at most so many milliseconds. */
  wait(milliseconds: number): Promise<unknown>;
  /** The same frame is not sent again: its copies are counted. @default false */
  once?: boolean;
  /** How long what is still open is waited for, where that changes. @default the patience's milliseconds */
  milliseconds?(): number;
}

/**
 * Asks until all that is wanted has come, or it is known that no more will come. Every question of hairpin goes through
 * here: one answer, a whole row of a matrix, the copies of a frame; those that should be answered and those that should
 * not.
 *
 * What ends it without an answer: that nothing is under way (`untilQuiet`), or that the time is over. Time counts only
 * while this process could look: a machine that stalls extends it. Where somebody else may still answer, a program say,
 * the taps must have seen nothing for as long again. Last, the queues that are known are emptied, and it is read once
 * more.
 *
 * @returns undefined, or why nothing is known: the machine did not get round to it
 */
export async function keepAsking(asked: Asked, patience: Patience): Promise<string | undefined> {
  const { untilQuiet = false } = patience;
  const known = untilQuiet ? patience.quiet?.() : undefined;
  const milliseconds = () => asked.milliseconds?.() ?? patience.milliseconds;
  const watch = new Watch(asked);
  const enough = asked.once ? 1 : PROBES_ENOUGH;
  let attempt = 0;
  const send = () => {
    asked.send(attempt++);
    return asked.read();
  };

  for (let isProvable = true; ; ) {
    if (send()) return undefined;
    if (isProvable && known) {
      const began = now();
      isProvable = await known.reached(began + milliseconds());
      if (asked.read()) return undefined;
      if (isProvable) {
        if (now() - began > NEIGHBOUR_FAILS) watch.keptOne();
        if (attempt - watch.kept >= enough) return undefined;
        continue;
      }
    }
    const left = milliseconds() - watch.listened;
    if (await watch.listen(Math.min(probeInterval(attempt - 1), left))) return undefined;
    if (watch.listened >= milliseconds()) break;
  }
  if (known && (await untilSilent(send, watch, known, milliseconds, asked.once === true))) return undefined;
  const quiet = known ?? patience.quiet?.();
  return quiet && lastLook(asked, quiet);
}

/** How long to wait behind probe number `attempt`, in milliseconds. */
function probeInterval(attempt: number): number {
  return INTERVALS[attempt] ?? LAST_INTERVAL;
}

/** Counts the time in which something was listened for. */
class Watch {
  readonly #asked: Asked;
  /** In milliseconds. */
  listened = 0;
  /** How many probes do not count. */
  kept = 0;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  keptOne(): void {
    if (this.kept < MOST_KEPT) this.kept++;
  }

  /** Listens for so long. True when nothing more is wanted. */
  async listen(milliseconds: number): Promise<boolean> {
    const until = this.listened + milliseconds;
    while (this.listened < until) {
      const remaining = until - this.listened;
      const before = now();
      await this.#asked.wait(remaining);
      const took = now() - before;
      if (this.#asked.read()) return true;
      // A wait that was kept for too long counts for nothing, as long as there is hope that the machine recovers.
      const isLate = took - remaining > NEIGHBOUR_FAILS && this.kept < MOST_KEPT;
      if (isLate) this.keptOne();
      // Less than a timer can tell is nothing to wait for.
      else this.listened = remaining - took < 0.1 ? until : this.listened + took;
    }
    return false;
  }
}

/**
 * Waits until no tap has seen anything for the whole time of a question: each hop of a packet is seen, so one that takes
 * as long as that on a hop is waited for on each. What came late may have been a neighbour's answer, behind which the
 * kernel had given the packet up; then it is asked once more.
 *
 * @returns whether nothing more is wanted
 */
async function untilSilent(
  send: () => boolean,
  watch: Watch,
  quiet: Quiet,
  milliseconds: () => number,
  once: boolean,
): Promise<boolean> {
  let seen = quiet.seen();
  if (seen === undefined) return watch.listen(2 * milliseconds());
  for (let round = 0; round < MOST_SILENCES; round++) {
    let isLate = false;
    const mostListened = watch.listened + MOST_SILENCES * milliseconds();
    for (let silent = 0, sent = 0; silent < milliseconds() && watch.listened < mostListened; ) {
      const slice = Math.min(GLANCE, milliseconds() - silent);
      if (await watch.listen(slice)) return true;
      sent += slice;
      silent += slice;
      const now = quiet.seen();
      if (now === seen) continue;
      seen = now;
      silent = 0;
      isLate ||= sent > NEIGHBOUR_FAILS + GLANCE;
    }
    if (!isLate || once) return false;
    if (send()) return true;
  }
  return false;
}

/** Empties the queues until the network does nothing more, and reads. */
async function lastLook(asked: Asked, quiet: Quiet): Promise<string | undefined> {
  for (let round = 0; round < MOST_SILENCES; round++) {
    const before = quiet.seen();
    const failure = await quiet.drained();
    if (asked.read()) return undefined;
    if (failure || quiet.seen() === before) return failure;
  }
  return undefined;
}
