import { now } from '../kernel/clock.ts';
import type { Asker, Refusal, SendFailure } from './asker.ts';
import { keepAsking } from './keep-asking.ts';
import { type Listener, serveListeners } from './listener.ts';
import type { ProbeResult } from './outcome.ts';
import { LAST_CHANCE, type Patience } from './patience.ts';

/**
 * Asks one question until there is an answer or the patience is over. A refusal is remembered, and asked again: what
 * refuses now may be about to answer.
 *
 * @param listener what hairpin opened at the other end for it
 */
export async function ask(asker: Asker, patience: Patience, listener?: Listener): Promise<ProbeResult> {
  const { onSend, isHopeless } = patience;
  const started = now();
  const sent: number[] = [];
  let answer: { at: number; sequence: number; sender: string | undefined } | undefined;
  let refusal: Refusal | undefined;
  let stopped: SendFailure | undefined;
  let left = false;

  const failure = await keepAsking(
    {
      send(attempt) {
        sent.push(now());
        const failed = asker.send(attempt);
        onSend?.();
        if (failed === undefined) left = true;
        else if (stopped?.outcome !== 'broken') stopped = failed;
      },
      repeat: asker.repeat && (() => asker.repeat?.()),
      read() {
        if (stopped?.isFinal) return true;
        serveListeners();
        for (let reply = asker.read(); reply; reply = asker.read()) {
          if (reply.kind === 'refusal') refusal = reply;
          else {
            answer = { at: now(), sequence: reply.sequence, sender: reply.sender };
            return true;
          }
        }
        return false;
      },
      wait: (milliseconds) =>
        listener?.wait
          ? Promise.race([asker.wait(milliseconds), listener.wait(milliseconds)])
          : asker.wait(milliseconds),
      repeatedAfter: asker.repeatedAfter,
      isOver: asker.isOver && (() => asker.isOver?.() === true),
      milliseconds: () => (isHopeless?.() ? Math.min(patience.milliseconds, LAST_CHANCE) : patience.milliseconds),
    },
    patience,
  );

  const common = { probes: sent.length, elapsed: (answer?.at ?? now()) - started };
  if (answer) {
    const { at, sequence, sender } = answer;
    const answered = { outcome: 'answered' as const, roundTrip: at - (sent[sequence] ?? started), ...common };
    return sender === undefined ? answered : { ...answered, sender };
  }
  // A router refuses as well what it was too slow to find a way for.
  if (failure !== undefined && left) return { outcome: 'broken', reason: failure, ...common };
  if (refusal) {
    const { kind: _, ...refused } = refusal;
    return { outcome: 'refused', ...refused, ...common };
  }
  // One probe that failed for the tool's own sake leaves a hole in what a negative rests on.
  if (stopped && (!left || stopped.outcome === 'broken')) {
    const { outcome, reason } = stopped;
    return { outcome, reason, ...common };
  }
  const heard = asker.heard?.();
  return { outcome: 'lost', ...(heard === undefined ? {} : { reason: heard }), ...common };
}
