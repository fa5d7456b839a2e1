import { now } from '../kernel/clock.ts';
import type { Asker, SendFailure } from './asker.ts';
import type { ProbeResult } from './outcome.ts';

/** Milliseconds from one probe to the next: a cold start may cost the first, and a busy machine several. */
const INTERVALS = [10, 20, 40, 80];
const LAST_INTERVAL = 100;

/**
 * Asks until there is an answer or the time is over. A refusal is remembered, and asked again: what refuses now may be
 * about to answer. The same loop serves the positive (stops at the answer) and the negative (hopes for none).
 *
 * @param milliseconds how long to go on; 0 asks once and takes only what is there at once
 */
export async function ask(asker: Pick<Asker, 'send' | 'read' | 'wait'>, milliseconds: number): Promise<ProbeResult> {
  const started = now();
  const deadline = started + milliseconds;
  const sent: number[] = [];
  let refusal: string | undefined;
  let stopped: SendFailure | undefined;
  let left = false;
  do {
    sent.push(now());
    const failure = asker.send(sent.length - 1);
    if (failure === undefined) left = true;
    else if (stopped?.outcome !== 'broken') stopped = failure;
    const next = Math.min(deadline, now() + (INTERVALS[sent.length - 1] ?? LAST_INTERVAL));
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
  } while (now() < deadline);
  const common = { probes: sent.length, elapsed: now() - started };
  if (refusal !== undefined) return { outcome: 'refused', reason: refusal, ...common };
  // One probe that failed for the tool's own sake leaves a hole in what a negative rests on.
  if (stopped && (!left || stopped.outcome === 'broken')) return { ...stopped, ...common };
  return { outcome: 'lost', ...common };
}
