import { now, sleep } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { echoLimitWords } from '../probes/echo-limit.ts';
import type { Patience } from '../probes/patience.ts';
import { type ReachReport, reach } from '../probes/reach.ts';
import type { ReachOptions } from '../probes/reach-options.ts';
import { mayHaveCome } from '../trace/may-have-come.ts';
import { misaddressedAnswer } from '../trace/misaddressed.ts';
import { type ProbePath, tracePath } from '../trace/probe-path.ts';
import { standInOf } from '../trace/stand-in.ts';
import { correctByTaps } from './correct-by-taps.ts';
import { standInWords } from './stand-in-words.ts';
import { describeDetour, type Waypoints } from './through.ts';

/** Milliseconds until a question is put again whose answer was not the one that was asked for. */
const PAUSES = [10, 20, 40, 80];
const LAST_PAUSE = 100;

/** A machine that stalls is given another chance when the time is over. */
const FEWEST_ATTEMPTS = 3;

/** Who asks whom, and what is wanted of the answer. */
export interface ReachQuestion {
  call: string;
  from: Namespace;
  to: Namespace | Interface | string;
  options: ReachOptions;
  patience: Patience & { askSilentTarget?: boolean };
  isNot: boolean;
  waypoints: Waypoints | undefined;
}

/** What came of it. */
export interface PutQuestion {
  report: ReachReport;
  /** What is wrong with an answer: it is another's, or did not come by the way that was wanted. */
  fault?: string;
  /** What to do about that. */
  hint?: string;
}

/**
 * Puts a question, and puts it again while the time lasts and the answer is not the one that is wanted: the network may be
 * about to change. What came last counts; where nothing came any more, the last answer.
 */
export async function putQuestion(question: ReachQuestion): Promise<PutQuestion> {
  const { patience, isNot } = question;
  const deadline = now() + patience.milliseconds;
  let answered = await putOnce(question, patience.milliseconds);
  for (let attempt = 1; !isNot && answered.fault && (attempt < FEWEST_ATTEMPTS || now() < deadline); attempt++) {
    if (patience.isHopeless?.()) break;
    await sleep(PAUSES[attempt - 1] ?? LAST_PAUSE);
    const again = await putOnce(question, Math.max(LAST_PAUSE, deadline - now()));
    if (again.report.outcome === 'answered') answered = again;
  }
  return answered;
}

/** The way of the last probe, and of its answer. */
export function traceOf({ report }: PutQuestion): ProbePath | undefined {
  const { question, recognize, outcome, since } = report;
  const { lab } = question.from;
  // What programs have made of the network since: a bridge, say, of which a cable's end is a port now.
  if (!engineOf(lab).isPristine) lab.discover();
  return tracePath(question, recognize, { answered: outcome === 'answered', since });
}

async function putOnce(question: ReachQuestion, milliseconds: number): Promise<PutQuestion> {
  const { call, from, to, options, patience, isNot } = question;
  const reached = await reach(call, from, to, options, { ...patience, milliseconds });
  const put = { report: withLimit(withSender(correctByTaps(reached, reached.since, isNot))) };
  return put.report.outcome === 'answered' ? { ...put, ...faultOf(put, question) } : put;
}

/** An answer that came, but not from the address that was asked: no connected socket takes it. */
function withSender(report: ReachReport): ReachReport {
  if (report.outcome !== 'lost') return report;
  const sender = misaddressedAnswer(report.question, report.recognize, report.since);
  return sender === undefined ? report : { ...report, sender };
}

/** A limit of the target's answers can be the reason only if a probe may have come to the target. */
function withLimit(report: ReachReport): ReachReport {
  const { limit, outcome, recognize, since } = report;
  if (!limit || outcome !== 'lost' || !mayHaveCome(limit.namespace, recognize, since)) return report;
  return { ...report, unanswerable: echoLimitWords(limit) };
}

/** The taps are read only where there may be something to tell: a passing assertion costs no more for them. */
function faultOf(put: PutQuestion, { to, waypoints }: ReachQuestion): Pick<PutQuestion, 'fault' | 'hint'> {
  const { report } = put;
  // Of an address anybody may be asked; a namespace answers for itself.
  const wanted = typeof to === 'string' ? 'address' : 'namespace';
  const standIn = standInOf(report.question, report.recognize, { wanted, since: report.since });
  if (standIn) {
    const whom = typeof to === 'string' ? to : `${report.question.to.namespace}`;
    return { fault: standInWords(standIn, whom), hint: standIn.hint };
  }
  const fault = waypoints && describeDetour(waypoints, traceOf(put));
  return fault === undefined ? {} : { fault };
}
