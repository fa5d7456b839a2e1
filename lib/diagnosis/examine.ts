import { listNeighbours } from '../lab/tables/list-neighbours.ts';
import type { Cause } from '../model/cause.ts';
import type { ReachReport } from '../probes/reach.ts';
import { nextHop } from '../probes/source.ts';
import type { ProbePath } from '../trace/probe-path.ts';
import type { Told } from '../trace/rules/rule-traces.ts';
import { takenAtSource } from '../trace/rules/taken.ts';
import { wrappedBy } from '../trace/wrapped.ts';
import { atOneMoment } from './causes/by-model.ts';
import { lossCause } from './causes/impairment.ts';
import { unaskedCause } from './causes/neighbour.ts';
import { segmentsCause } from './causes/seg6.ts';
import { sourceCause } from './causes/source.ts';
import { takerCause } from './causes/taker.ts';
import { explainLoss } from './explain-loss.ts';
import type { Finding } from './finding.ts';
import { lostOuter } from './lost-on-the-way.ts';
import { whyClosed } from './why-closed.ts';

/** Finds out why there was no answer, by what the taps saw, what the kernel told of packet filters, and what the model says. */
export function examine(
  report: ReachReport,
  trace: ProbePath | undefined,
  { packets, silent }: Told,
): Finding | undefined {
  const { question, since, outcome, recognize, size } = report;
  const loss = trace && atOneMoment(() => explainLoss(question, trace, { outcome, since, recognize, packets, silent }));
  const segmented = loss === undefined || loss.cause.code === 'unknown' ? lostWithSegments(report, packets) : undefined;
  if (segmented) return segmented;
  if (loss) return loss;
  // The next hop's MAC address was learnt, and yet no probe was seen.
  const isKept = trace !== undefined && trace.answer?.arrival !== undefined && recognize(trace.frame) !== 'probe';
  if (trace && !isKept) return whyClosed(report, trace, packets);
  const taken = question.from.lab.taps ? takenBySource(report, packets) : takenAnywhere(report, packets);
  const cause = taken ? undefined : outcome === 'unsent' ? sourceCause(question, size) : lossAtSource(report);
  if (cause) return { cause, certainty: 'model', of: 'probe', host: question.from };
  return taken ?? lostWrapped(report) ?? whyClosed(report, trace, packets);
}

/** A route wraps the probe (`encap`), and the outer packet waits for a next hop that does not answer. */
function lostWrapped({ question, recognize, since }: ReachReport): Finding | undefined {
  const address = wrappedBy(question, recognize, since)?.unanswered;
  if (address === undefined) return undefined;
  const { from } = question;
  const facts = { asked: { by: from.name, address } };
  return { cause: { code: 'neighbour.unanswered', facts }, certainty: 'model', of: 'probe', host: from };
}

/** A packet with a segment routing header around the probe ended on its way, or at a host that takes none. */
function lostWithSegments({ question, recognize, since }: ReachReport, packets: Told['packets']): Finding | undefined {
  const { lab } = question.from;
  if (!lab.taps) return undefined;
  const found = segmentsCause(lab, { recognize, since, packets }, lostOuter({ since, packets }));
  return found && { ...found, certainty: 'model', of: 'probe' };
}

/** Of a probe that nobody saw: whether the link loses all that the source sends, or the source does not ask for its next hop. */
function lossAtSource({ question }: ReachReport): Cause | undefined {
  const { from } = question;
  const hop = from.lab.taps ? nextHop(question) : '';
  if (typeof hop === 'string') return undefined;
  const { device, address } = hop;
  const entry = listNeighbours(from).find((each) => each.to === address && each.device === device.index);
  const isOpen = entry === undefined || ['INCOMPLETE', 'FAILED'].includes(entry.state);
  return lossCause(device) ?? (isOpen ? unaskedCause(device, address) : undefined);
}

/** The rule of the source that took a probe which none of its devices was seen to send. */
function takenBySource({ question, recognize }: ReachReport, packets: Told['packets']): Finding | undefined {
  const { from, family } = question;
  const hop = nextHop(question);
  const address = typeof hop === 'string' ? undefined : hop.address;
  const taken = takenAtSource(packets, from, recognize, address);
  if (!taken) return undefined;
  const by = family === 4 ? 'ARP' : 'ND';
  const whose =
    taken.isSolicitation && address !== undefined ? ({ is: 'solicitation', address, by } as const) : undefined;
  return { cause: takerCause(from, taken.step, whose), certainty: 'kernel', of: 'probe', host: from };
}

/** Without taps nobody knows where it was seen, but the rule that took it. */
function takenAnywhere({ recognize }: ReachReport, packets: Told['packets']): Finding | undefined {
  for (const what of ['probe', 'answer'] as const) {
    const taken = packets.find(({ seen, taker }) => taker && seen.some(({ frame }) => recognize(frame) === what));
    if (!taken?.taker) continue;
    const { namespace: host, taker } = taken;
    const cause = takerCause(host, taker, what === 'answer' ? { is: 'answer' } : undefined);
    return { cause, certainty: 'kernel', of: what, host };
  }
  return undefined;
}
