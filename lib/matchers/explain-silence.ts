import { tapTime } from '../kernel/tap-clock.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { type ReachOptions, type ReachReport, reach } from '../probes/reach.ts';
import { nextHop } from '../probes/source.ts';
import { DropWatch, describeDrop, isFilterDrop } from '../trace/drop-watch.ts';
import { type Explanation, explainLoss } from '../trace/explain.ts';
import type { Obstacle } from '../trace/obstacles/obstacle.ts';
import { sourceObstacle } from '../trace/obstacles/source.ts';
import { devicesOf } from '../trace/path.ts';
import { type ProbePath, tracePath } from '../trace/probe-path.ts';
import { describeTaker } from '../trace/rules/describe-taker.ts';
import type { Step } from '../trace/rules/follow-packets.ts';
import { filteringIn, RuleTraces, type Told } from '../trace/rules/rule-traces.ts';
import { takenAtSource } from '../trace/rules/taken.ts';
import { becameOf, describeTranslation, type Translation, translationsOf } from '../trace/rules/translations.ts';
import { isPassive } from './evidence-place.ts';
import { whyClosed } from './why-closed.ts';

/** How long the probe that is sent for an explanation's sake is waited for, in milliseconds. */
const ONE_MORE = 20;

/** Why there was no answer, as far as it is known. */
export interface Reasons {
  /** The way of the probe that the reasons are about. */
  trace: ProbePath | undefined;
  /** Which frames are that probe's, and those of the question before. */
  recognize: ReachReport['recognize'];
  /** Where the probe or its answer stayed behind. */
  loss?: Explanation | undefined;
  /** What kept a probe at its source, or took it before a device was seen to send it. */
  unsent?: Partial<Obstacle> | undefined;
  /** What the kernel itself says of a drop, where it may be asked. */
  kernel?: string | undefined;
  /** What packet filters made of the probe's addresses. */
  translated?: string | undefined;
  /** Why a port refused. */
  closed?: string | undefined;
}

/** Why there was no answer: by what is known, and by what the kernel tells of one more probe. */
export async function explainSilence(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  { question, report, trace }: { question: ReachOptions; report: ReachReport; trace: ProbePath | undefined },
): Promise<Reasons> {
  const { recognize } = report;
  const unasked = { trace, recognize };
  try {
    const silent: Told = { packets: [], silent: filteringIn(from.lab) };
    if (report.outcome === 'broken') return { ...unasked, ...examine(report, trace, silent) };
    const hasLeft = trace !== undefined && recognize(trace.frame) === 'probe';
    // Where the probe had got as far as to leave, this one is not to wait for ARP again.
    const again = isPassive()
      ? undefined
      : await askAgain(call, from, to, hasLeft ? { ...question, neighbours: 'kept' } : question);
    if (!again) return { ...unasked, ...examine(report, trace, silent) };
    return judge(report, trace, again);
  } catch (error) {
    // What is said of a failure must not stand in for the failure.
    const hint = `hairpin could not look into it: ${error instanceof Error ? error.message : error}`;
    return { ...unasked, unsent: { hint } };
  }
}

/** What came of one more probe. */
interface Again {
  report: ReachReport;
  since: bigint;
  told: Told | undefined;
  watch: DropWatch | undefined;
}

/** Undefined where the kernel has nothing to tell of it, or it was answered. */
async function askAgain(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  question: ReachOptions,
): Promise<Again | undefined> {
  const watch = DropWatch.start();
  const filters = filteringIn(from.lab);
  if (!watch && filters.length === 0) return undefined;
  let traces: RuleTraces | undefined;
  let told: Told | undefined;
  const since = tapTime();
  try {
    const report = await reach(call, from, to, question, {
      milliseconds: ONE_MORE,
      onOpen: (signs) => {
        traces = RuleTraces.start(filters, signs);
      },
      ...(watch ? { onSend: watch.onSend } : {}),
    });
    told = traces?.stop();
    traces = undefined;
    return report.outcome === 'answered' ? undefined : { report, since, told, watch };
  } finally {
    traces?.stop();
    watch?.stop();
  }
}

/** The reasons, by what the kernel tells. */
function judge(
  report: ReachReport,
  before: ProbePath | undefined,
  { report: again, since, told, watch }: Again,
): Reasons {
  const { packets, silent } = told ?? { packets: [], silent: [] };
  const ofProbe = packets.filter(({ seen }) => seen.some(({ frame }) => again.recognize(frame) === 'probe'));
  const translations = translationsOf(ofProbe);
  // Where there are packet filters, what is told is of this very probe.
  const later =
    told &&
    tracePath(again.question, again.recognize, {
      answered: false,
      since,
      became: becameOf(translations, again.question.to.address),
    });
  const trace = later && went(later) >= went(before) ? later : before;
  const recognize: ReachReport['recognize'] = (bytes) => report.recognize(bytes) ?? again.recognize(bytes);
  const found = examine({ ...report, recognize }, trace, { packets, silent });
  const drop = watch?.dropOf(trace, found.loss);
  const at = (found.loss?.at ?? trace?.arrival)?.frame.at;
  const isUntold = drop && isFilterDrop(drop) && !found.isTold && at;
  const loss = isUntold && found.loss ? { ...found.loss, ...untold(at.namespace) } : found.loss;
  return {
    ...found,
    loss,
    trace,
    recognize,
    translated: describeTranslations(translations),
    ...(drop ? { kernel: describeDrop(drop, at) } : {}),
  };
}

/** How far a probe and its answer came. */
function went(trace: ProbePath | undefined): number {
  return trace ? devicesOf(trace.path).length + (trace.answer ? devicesOf(trace.answer.path).length : 0) : 0;
}

/** Each probe is translated in the same way: of those of a rule the last stands for all. */
function describeTranslations(translations: readonly Translation[]): string | undefined {
  const byRule = Map.groupBy(translations, ({ namespace, rule }) => `${namespace} ${rule && nameOfStep(rule)}`);
  const words = [...byRule.values()].flatMap((same) => same.slice(-1).map(describeTranslation));
  return words.length > 0 ? words.join('\n') : undefined;
}

function nameOfStep(step: Step): string {
  return step.by === 'nft'
    ? `${step.family} ${step.table} ${step.handle}`
    : `${step.program} ${step.chain} ${step.rule}`;
}

interface Found extends Pick<Reasons, 'loss' | 'unsent' | 'closed'> {
  /** Whether it is a rule that the kernel told of. */
  isTold: boolean;
}

function examine(report: ReachReport, trace: ProbePath | undefined, { packets, silent }: Told): Found {
  const { question, outcome, recognize, size } = report;
  const { from } = question;
  const loss = trace && explainLoss(question, trace, { outcome, recognize, packets, silent });
  // The next hop's MAC address was learnt, and yet no probe was seen.
  const isKept = trace !== undefined && trace.answer?.arrival !== undefined && recognize(trace.frame) !== 'probe';
  const closed = loss ? undefined : whyClosed(report, trace, packets);
  if (trace && (loss || !isKept)) return { loss, closed, isTold: loss?.isTold === true };
  const taken = from.lab.taps ? takenBySource(report, packets) : takenAnywhere(report, packets);
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

/** What only the kernel's reason tells of: rule traces do not show ebtables-legacy, BPF, and conntrack's own drops. */
function untold(namespace: Namespace): Obstacle {
  return {
    text: `dropped by a packet filter of ${namespace}`,
    hint: `which one no rule trace tells, on ${namespace}: nft list ruleset; iptables-legacy-save; ebtables-legacy -L`,
  };
}
