import type { Interface, Namespace } from '../lab/index.ts';
import type { ReachOptions, ReachReport } from '../probes/reach.ts';
import { nextHop } from '../probes/source.ts';
import { meaningOf } from '../trace/drop-reasons.ts';
import { describeDrop, dropAt, isFilterDrop, type KernelDrop } from '../trace/kernel-drop.ts';
import type { Obstacle } from '../trace/obstacles/obstacle.ts';
import { devicesOf } from '../trace/path.ts';
import { type ProbePath, tracePath } from '../trace/probe-path.ts';
import { filteringIn, type Told } from '../trace/rules/rule-traces.ts';
import { becameOf, describeTranslations, translationsOf } from '../trace/rules/translations.ts';
import { type Again, askAgain } from './ask-again.ts';
import { isPassive } from './evidence-place.ts';
import { examine, type Findings } from './examine.ts';

/** Why there was no answer, as far as it is known. */
export interface Reasons extends Omit<Findings, 'isTold'> {
  /** The way of the probe that the reasons are about. */
  trace: ProbePath | undefined;
  /** Which frames are that probe's, and those of the question before. */
  recognize: ReachReport['recognize'];
  /** What the kernel itself says of a drop, where it may be asked. */
  kernel?: string | undefined;
  /** What packet filters made of the probe's addresses. */
  translated?: string | undefined;
}

/** Why there was no answer: by what is known, and by what the kernel tells of one more probe. */
export async function explainSilence(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  { question, report, trace }: { question: ReachOptions; report: ReachReport; trace: ProbePath | undefined },
): Promise<Reasons> {
  const { recognize, outcome } = report;
  const unasked = { trace, recognize };
  // What is said of a failure must not stand in for the failure.
  const failed = (error: unknown) => `hairpin could not ask: ${error instanceof Error ? error.message : error}`;
  try {
    const { isTold: _, ...known } = examine(report, trace, { packets: [], silent: filteringIn(from.lab) });
    if (outcome === 'broken' || isPassive()) return { ...unasked, ...known };
    try {
      // Where the probe had got as far as to leave, the next is not to wait for ARP again.
      const hasLeft = trace !== undefined && recognize(trace.frame) === 'probe';
      const again = await askAgain(call, from, to, hasLeft ? { ...question, neighbours: 'kept' } : question);
      return again ? judge(report, { ...unasked, ...known }, again) : { ...unasked, ...known };
    } catch (error) {
      return { ...unasked, ...known, kernel: failed(error) };
    }
  } catch (error) {
    return { ...unasked, kernel: failed(error) };
  }
}

/** The reasons, by what the kernel told of one more probe, and by what was known before. */
function judge(report: ReachReport, known: Reasons, { report: again, told, since, drops }: Again): Reasons {
  const { packets, silent }: Told = told ?? { packets: [], silent: [] };
  const ofProbe = packets.filter(({ seen }) => seen.some(({ frame }) => again.recognize(frame) === 'probe'));
  const translations = translationsOf(ofProbe);
  const became = becameOf(translations, again.question.to.address);
  const later = tracePath(again.question, again.recognize, { answered: false, since, became });
  // What is told is of this very probe, where it came as far.
  const trace = later && went(later) >= went(known.trace) ? later : known.trace;
  const recognize: ReachReport['recognize'] = (bytes) => report.recognize(bytes) ?? again.recognize(bytes);
  const found = examine({ ...report, recognize }, trace, { packets, silent });
  // Of a probe that nobody saw leave, its source tells.
  const isUnseen = trace === undefined || recognize(trace.frame) !== 'probe';
  const device = (found.loss?.at ?? (isUnseen ? undefined : trace.arrival))?.frame.at;
  const hop = nextHop(again.question);
  const drop = dropAt({ namespace: device?.namespace ?? again.question.from, device }, drops, {
    ...{ trace, recognize },
    hop: typeof hop === 'string' ? undefined : hop.address,
  });
  const says = found.isTold ? undefined : kernelSays(drop, found.loss);
  const common = {
    recognize,
    translated: describeTranslations(translations),
    ...(drop ? { kernel: describeDrop(drop) } : {}),
  };
  // A neighbour's silence, say, is known for a time only: what was known before is as good.
  if (!says && found.loss?.certainty === 'none' && known.loss?.certainty === 'model') return { ...known, ...common };
  const { loss, unsent, closed } = found;
  return {
    ...common,
    trace,
    loss: loss && says ? { of: loss.of, at: loss.at, certainty: 'kernel', ...says } : loss,
    unsent: unsent ?? (isUnseen && !loss ? says : undefined),
    closed: drop && !drop.drop.reason.endsWith('NO_SOCKET') ? undefined : closed,
  };
}

/** What the kernel's reason for a drop says, where the model says another, or nothing: the kernel is believed. */
function kernelSays(drop: KernelDrop | undefined, model: Obstacle | undefined): Obstacle | undefined {
  if (!drop) return undefined;
  if (isFilterDrop(drop)) return untold(drop.namespace);
  const agrees = model?.reason !== undefined && drop.drop.reason.endsWith(model.reason);
  return agrees ? undefined : meaningOf(drop);
}

/** What only the kernel's reason tells of: rule traces do not show ebtables-legacy, BPF, and conntrack's own drops. */
function untold(namespace: Namespace): Obstacle {
  return {
    text: `dropped by a packet filter of ${namespace}`,
    hint: `which one no rule trace tells, on ${namespace}: nft list ruleset; iptables-legacy-save; ebtables-legacy -L`,
  };
}

/** How far a probe and its answer came. */
function went(trace: ProbePath | undefined): number {
  return trace ? devicesOf(trace.path).length + (trace.answer ? devicesOf(trace.answer.path).length : 0) : 0;
}
