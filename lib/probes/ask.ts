import { monotonicNanoseconds, now } from '../kernel/clock.ts';
import type { Asker, SendFailure } from './asker.ts';
import type { ProbeResult } from './outcome.ts';
import type { Patience } from './patience.ts';

/** Milliseconds from one probe to the next: a cold start may cost the first, and a busy machine several. */
const INTERVALS = [10, 20, 40, 80];
const LAST_INTERVAL = 100;

/** Probes after which nothing more is waited for once nothing is under way. */
export const PROBES_ENOUGH = 2;

/**
 * Milliseconds after which the kernel has given up on a neighbour, and on the packets that waited for it (`neigh_timer_handler`):
 * so long must what is under way not have taken, or the probe may have been lost to the machine. A starving one takes longer.
 */
const NEIGHBOUR_FAILS = 50;

/** How often a probe of that kind is asked again, at most. */
const MOST_SLOW = 3;

/** How long to wait behind probe number `sequence`, in milliseconds. */
export function probeInterval(sequence: number): number {
  return INTERVALS[sequence] ?? LAST_INTERVAL;
}

/**
 * Asks until there is an answer or the time is over. A refusal is remembered, and asked again: what refuses now may be
 * about to answer. The same loop serves the positive (stops at the answer) and the negative (hopes for none).
 *
 * @param patience 0 milliseconds ask once and take only what is there at once
 */
export async function ask(asker: Asker, { milliseconds, quiet, onSend }: Patience): Promise<ProbeResult> {
  const started = now();
  let deadline = started + milliseconds;
  const sent: number[] = [];
  let refusal: string | undefined;
  let stopped: SendFailure | undefined;
  let left = false;
  let knowsQuiet = quiet !== undefined;
  let slow = 0;
  do {
    sent.push(now());
    const begun = onSend && monotonicNanoseconds();
    const failure = asker.send(sent.length - 1);
    if (begun !== undefined) onSend?.(begun, monotonicNanoseconds());
    if (failure === undefined) left = true;
    else if (stopped?.outcome !== 'broken') stopped = failure;
    knowsQuiet = knowsQuiet && (await quiet?.(deadline)) === true;
    if (knowsQuiet && slow < MOST_SLOW && now() - (sent.at(-1) ?? started) > NEIGHBOUR_FAILS) {
      slow++;
      deadline = Math.max(deadline, now() + milliseconds);
    }
    const interval = knowsQuiet ? 0 : probeInterval(sent.length - 1);
    const next = Math.min(deadline, now() + interval);
    for (;;) {
      const reply = asker.read();
      if (reply?.kind === 'answer') {
        const at = now();
        return {
          outcome: 'answered',
          probes: sent.length,
          elapsed: at - started,
          roundTrip: at - (sent[reply.sequence] ?? started),
        };
      }
      if (reply) {
        refusal = reply.reason;
        continue;
      }
      const remaining = next - now();
      if (remaining <= 0) break;
      await asker.wait(remaining);
    }
  } while (now() < deadline && !(knowsQuiet && sent.length - slow >= PROBES_ENOUGH));
  const common = { probes: sent.length, elapsed: now() - started };
  if (refusal !== undefined) return { outcome: 'refused', reason: refusal, ...common };
  // One probe that failed for the tool's own sake leaves a hole in what a negative rests on.
  if (stopped && (!left || stopped.outcome === 'broken')) return { ...stopped, ...common };
  return { outcome: 'lost', ...common };
}
