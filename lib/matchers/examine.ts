import type { ReachReport } from '../probes/reach.ts';
import { nextHop } from '../probes/source.ts';
import { type Explanation, explainLoss } from '../trace/explain.ts';
import type { Obstacle } from '../trace/obstacles/obstacle.ts';
import { sourceObstacle } from '../trace/obstacles/source.ts';
import type { ProbePath } from '../trace/probe-path.ts';
import { describeTaker } from '../trace/rules/describe-taker.ts';
import type { Told } from '../trace/rules/rule-traces.ts';
import { takenAtSource } from '../trace/rules/taken.ts';
import { whyClosed } from './why-closed.ts';

/** Why a question had no answer. */
export interface Findings {
  /** Where the probe or its answer stayed behind. */
  loss?: Explanation | undefined;
  /** What kept a probe at its source, or took it before a device was seen to send it. */
  unsent?: Partial<Obstacle> | undefined;
  /** Why a port refused. */
  closed?: string | undefined;
  /** Whether a rule took it that the kernel told of. */
  isTold: boolean;
}

/** Finds out why there was no answer, by what the taps saw, what the kernel told of packet filters, and what the model says. */
export function examine(report: ReachReport, trace: ProbePath | undefined, { packets, silent }: Told): Findings {
  const { question, outcome, recognize, size } = report;
  const loss = trace && explainLoss(question, trace, { outcome, recognize, packets, silent });
  // The next hop's MAC address was learnt, and yet no probe was seen.
  const isKept = trace !== undefined && trace.answer?.arrival !== undefined && recognize(trace.frame) !== 'probe';
  const closed = loss ? undefined : whyClosed(report, trace, packets);
  if (trace && (loss || !isKept)) return { loss, closed, isTold: loss?.certainty === 'kernel' };
  const taken = question.from.lab.taps ? takenBySource(report, packets) : takenAnywhere(report, packets);
  if (taken) return { unsent: taken, isTold: true };
  return { loss, unsent: outcome === 'unsent' ? sourceObstacle(question, size) : undefined, closed, isTold: false };
}

/** The rule of the source that took a probe which none of its devices was seen to send. */
function takenBySource({ question, recognize }: ReachReport, packets: Told['packets']): Obstacle | undefined {
  const { from, family } = question;
  const hop = nextHop(question);
  const address = typeof hop === 'string' ? undefined : hop.address;
  const taken = takenAtSource(packets, from, recognize, address);
  const solicitation = `the question for ${address}, by ${family === 4 ? 'ARP' : 'ND'},`;
  return taken && describeTaker(from, taken.step, taken.isSolicitation ? solicitation : '');
}

/** Without taps nobody knows where it was seen, but the rule that took it. */
function takenAnywhere({ recognize }: ReachReport, packets: Told['packets']): Obstacle | undefined {
  for (const what of ['probe', 'answer'] as const) {
    const taken = packets.find(({ seen, taker }) => taker && seen.some(({ frame }) => recognize(frame) === what));
    if (taken?.taker) return describeTaker(taken.namespace, taken.taker, what === 'probe' ? '' : 'its answer');
  }
  return undefined;
}
