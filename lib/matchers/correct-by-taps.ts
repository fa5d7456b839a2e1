import { frameWay } from '../diagnosis/frame-way.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import type { HearResult } from '../probes/hear.ts';
import type { ProbeResult } from '../probes/outcome.ts';
import type { ReachReport } from '../probes/reach.ts';
import { Capture } from '../trace/capture.ts';
import { tracePath } from '../trace/probe-path.ts';
import { wrappedBy } from '../trace/wrapped.ts';

/** What came of a question, of whatever kind. */
type Asked = ProbeResult & Pick<ReachReport, 'question' | 'recognize'>;

/**
 * Corrects a report by what the taps saw of its probes. If the routes say that no probe can have left, but one did, there
 * are rules (`ip rule`). A negative needs a probe that left: the source's own packet filter or traffic control may drop it
 * without an error (`tcp_connect` swallows what the output hook says).
 *
 * @param since when the question began, in nanoseconds of the taps' clock
 */
export function correctByTaps<Report extends Asked>(report: Report, since: bigint, isNot: boolean): Report {
  const { question, outcome, recognize, presumed } = report;
  const { from, to } = question;
  // Traffic to the host's own address goes through loopback, which the paths do not show.
  if (!from.lab.taps || to.namespace === from) return report;
  const trace = () => tracePath(question, recognize, { answered: false, since });
  if (outcome === 'unsent' && presumed) {
    const seen = trace();
    if (!seen || recognize(seen.frame) !== 'probe') return report;
    const { reason: _, presumed: __, ...rest } = report;
    return { ...rest, outcome: 'lost' } as Report;
  }
  if (!isNot || (outcome !== 'lost' && outcome !== 'refused')) return report;
  const seen = trace();
  // Once the next hop's MAC address was answered, the probe itself must have been seen: a hook or a queueing discipline
  // may drop it after the neighbour lookup (__dev_queue_xmit).
  if (seen && (recognize(seen.frame) === 'probe' || !seen.answer?.arrival)) return report;
  return { ...report, ...(wrappedOutcome(report, since) ?? neverLeft(from, since)) };
}

/** The route may have wrapped the probe (`encap`). Then it left inside another packet, or the outer packet could not leave. */
function wrappedOutcome({ question, recognize }: Asked, since: bigint): Partial<ProbeResult> | undefined {
  const { from } = question;
  const wrapped = wrappedBy(question, recognize, since);
  if (!wrapped || !Capture.of(from.lab).isWhole(from, since)) return undefined;
  if (wrapped.hasLeft) return { reason: `it left ${from} inside another packet (encap)` };
  const why = wrapped.unanswered
    ? `the route wraps the probe (encap), and nobody answers for ${wrapped.unanswered}, the next hop of the outer packet`
    : `no interface of ${from} was seen to send it: the route wraps the probe (encap), and the outer packet needs its own route and MTU`;
  return { outcome: 'unsent', reason: why };
}

/** Corrects the result of a frame in the same way: a queueing discipline of the device may keep it. */
export function correctFrameByTaps(result: HearResult, from: Interface, since: bigint): HearResult {
  const { namespace } = from;
  if (!namespace.lab.taps || result.outcome !== 'lost' || frameWay(from, result.frame)) return result;
  return { ...result, ...neverLeft(namespace, since) };
}

/** Nothing was seen to leave a namespace. */
function neverLeft(from: Namespace, since: bigint): { outcome: 'unsent' | 'broken'; reason: string } {
  if (Capture.of(from.lab).isWhole(from, since))
    return {
      outcome: 'unsent',
      reason: `no interface of ${from.name} was seen to send it: a packet filter or queue of its own took it`,
    };
  return { outcome: 'broken', reason: `its tap missed frames, so whether ${from.name} sent it is not known` };
}
