import type { CapturedFrame, Lab } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import { Capture } from '../trace/capture.ts';
import { holdersOf } from '../trace/owner.ts';
import { hopsOf } from '../trace/path.ts';
import { pathOf } from '../trace/probe-path.ts';
import { filteringIn } from '../trace/rules/rule-traces.ts';
import { advertised, solicitationOf } from '../trace/solicitation.ts';
import type { Known } from './causes/router.ts';
import { onTheWay } from './lost-on-the-way.ts';
import { deviceName } from './names.ts';

/**
 * A cause with what is known besides, if it is a question for a neighbour without an answer: where the question, or its answer, was lost,
 * and why.
 */
export function withLostQuestion(lab: Lab, cause: Cause, known: Known): Cause {
  if (cause.code !== 'neighbour.unanswered' && cause.code !== 'neighbour.answer-lost') return cause;
  const { by, address, answeredBy } = cause.facts.asked;
  const frames = lab.taps ? Capture.of(lab).since(known.since) : [];
  const sentBy = (name: string | undefined, isIt: (bytes: Buffer) => boolean) =>
    frames.findLast(
      ({ at, direction, bytes }) =>
        direction === 'out' && at.namespace.name === name && isOfOwnDevice(at) && isIt(bytes),
    );
  const question = sentBy(by, (bytes) => solicitationOf(bytes)?.target === address);
  const answer = sentBy(answeredBy, (bytes) => advertised(bytes) === address);
  const [holder, another] = holdersOf(lab, address);
  const isAnswer = cause.code === 'neighbour.answer-lost';
  const first = isAnswer ? answer : question;
  const to = isAnswer ? question?.at : (holder?.device ?? holder?.namespace);
  const path = first && pathOf(frames, first);
  if (!path || !to || another) return cause;
  // No filter is traced for it, and where one may have dropped it, there is no reason.
  const filtering = filteringIn(lab);
  if (hopsOf(path).some(({ frame: { at } }) => filtering.includes(at.namespace))) return cause;
  const lost = onTheWay('probe', path, to, known);
  if (!lost) return cause;
  // It says already whose question it is.
  if ('asked' in lost.cause.facts) return lost.cause;
  const facts = { ...cause.facts, lost: { lastSeen: deviceName(lost.hop.frame.at), cause: lost.cause } };
  return { ...cause, facts } as Cause;
}

/** What a port of a bridge sends, others have sent. */
function isOfOwnDevice({ isPort }: CapturedFrame['at']): boolean {
  return !isPort;
}
