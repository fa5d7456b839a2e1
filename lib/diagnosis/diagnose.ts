import type { Hop, Interface, Namespace } from '../lab/index.ts';
import type { Cause } from '../model/cause.ts';
import type { ReachReport } from '../probes/reach.ts';
import type { ReachOptions } from '../probes/reach-options.ts';
import { nextHop } from '../probes/source.ts';
import { devicesOf } from '../trace/path.ts';
import { type ProbePath, tracePath } from '../trace/probe-path.ts';
import { filteringIn, type Told } from '../trace/rules/rule-traces.ts';
import { becameOf, describeTranslations, translationsOf } from '../trace/rules/translations.ts';
import { type Again, askAgain } from './ask-again.ts';
import { isOfPort, noSocketCause } from './causes/closed-port.ts';
import { ipsecCause } from './causes/ipsec.ts';
import { meaningOf } from './causes/kernel-reason.ts';
import { refusedByRules } from './causes/rules.ts';
import { nextHopsAt } from './causes/unsent-question.ts';
import { type Diagnosis, undiagnosed } from './diagnosis.ts';
import { examine } from './examine.ts';
import { placesOfLoss } from './explain-loss.ts';
import type { Finding } from './finding.ts';
import type { IpsecDrop } from './ipsec-drops.ts';
import { dropAt, type KernelDrop } from './kernel-drop.ts';
import { withDroppedQuestion } from './lost-question.ts';

/** A question that had no answer, and what came of it. */
export interface Unanswered {
  call: string;
  from: Namespace;
  to: Namespace | Interface | string;
  options: ReachOptions;
  report: ReachReport;
  trace: ProbePath | undefined;
}

/** Why there was no answer, and the frames that show it. */
export interface Diagnosed {
  diagnosis: Diagnosis;
  /** The way of the probe that it is about. */
  trace: ProbePath | undefined;
  /** Which frames are that probe's, and those of the question before. */
  recognize: ReachReport['recognize'];
  /** What packet filters made of the probe's addresses. */
  translated?: string | undefined;
  /** Whether one more probe was answered, so that the reason is one of the past. */
  isPast?: boolean;
  /** Why hairpin could not find out. */
  failure?: string | undefined;
}

/**
 * Why there was no answer: by what is known, and by what the kernel tells of one more probe. The order of belief is the
 * kernel's own word (the rule that took a packet, its reason for a drop), then what the taps saw, then the model.
 *
 * @param isPassive sends no further probe
 */
export async function diagnose(unanswered: Unanswered, isPassive: boolean): Promise<Diagnosed> {
  const { call, from, to, options, report, trace } = unanswered;
  const { recognize, outcome } = report;
  let known: Diagnosed = { diagnosis: undiagnosed(outcome), trace, recognize };
  // What is said of a failure must not stand in for the failure.
  try {
    // Nobody has told anything of the packet filters yet.
    const unheard = { packets: [], silent: filteringIn(from.lab) };
    known = { ...known, diagnosis: diagnosisOf(outcome, examine(report, trace, unheard)) };
    if (outcome === 'broken' || isPassive) return known;
    // Where the probe had got as far as to leave, the next is not to wait for ARP again.
    const hasLeft = trace !== undefined && recognize(trace.frame) === 'probe';
    const again = await askAgain(call, from, to, hasLeft ? { ...options, neighbours: 'kept' } : options);
    if (again === 'answered') return { ...known, isPast: true };
    return again ? judge(report, known, again) : known;
  } catch (error) {
    return { ...known, failure: `hairpin could not ask: ${error instanceof Error ? error.message : error}` };
  }
}

function diagnosisOf(outcome: Diagnosis['outcome'], finding: Finding | undefined): Diagnosis {
  return finding ? { outcome, ...finding } : undiagnosed(outcome);
}

/** The reasons, by what the kernel told of one more probe, and by what was known before. */
function judge(report: ReachReport, known: Diagnosed, { report: again, told, drops, ipsec }: Again): Diagnosed {
  const { packets, silent }: Told = told ?? { packets: [], silent: [] };
  const ofProbe = packets.filter(({ seen }) => seen.some(({ frame }) => again.recognize(frame) === 'probe'));
  const translations = translationsOf(ofProbe);
  const became = becameOf(translations, again.question.to.address);
  const later = tracePath(again.question, again.recognize, { answered: false, since: again.since, became });
  // What is told is of this very probe, where it came as far.
  const trace = later && went(later) >= went(known.trace) ? later : known.trace;
  const recognize: ReachReport['recognize'] = (bytes) => report.recognize(bytes) ?? again.recognize(bytes);
  // Each question may have its own port, at which hairpin listens.
  const { port } = trace === later ? again : report;
  const { from } = report.question;
  const examined = examine({ ...report, recognize, port }, trace, { packets, silent });
  const found = examined && { ...examined, cause: withDroppedQuestion(from.lab, examined.cause, drops, report.since) };
  // Of a probe that nobody saw leave, its source tells.
  const isUnseen = trace === undefined || recognize(trace.frame) !== 'probe';
  // A refusal came to the host that asked, and was heard.
  const answered = isUnseen || report.outcome === 'refused' ? undefined : trace.answer?.arrival;
  const device = (found?.hop ?? answered ?? (isUnseen ? undefined : trace.arrival))?.frame.at;
  const hop = nextHop(again.question);
  const next = trace ? placesOfLoss(again.question, trace).flatMap(({ step }) => step?.next.at ?? []) : [];
  const drop = dropAt({ namespace: device?.namespace ?? again.question.from, device, next }, drops, {
    ...{ trace, recognize },
    hops: [...(typeof hop === 'string' ? [] : [hop.address]), ...(found?.hop ? nextHopsAt(found.hop, packets) : [])],
  });
  const common = { recognize, translated: describeTranslations(translations) };
  const { outcome } = report;
  const said = found?.certainty === 'kernel' ? undefined : kernelSays(drop, found?.cause, outcome);
  const secured = byIpsec({ said, found }, ipsec, report.question);
  if (secured) return { ...common, trace, diagnosis: { ...diagnosisOf(outcome, secured), drop } };
  // A neighbour's silence, say, is known for a time only: what was known before is as good.
  if (!said && found?.certainty === 'guess' && known.diagnosis.certainty === 'model')
    return { ...known, ...common, diagnosis: { ...known.diagnosis, drop } };
  const finding = said ? believe(said, found, isUnseen ? again.question.from : answered) : agreed(found, drop);
  return { ...common, trace, diagnosis: { ...diagnosisOf(outcome, finding), drop } };
}

/** What the kernel's reason for a drop says, where the model says another, or nothing: the kernel is believed. */
function kernelSays(
  drop: KernelDrop | undefined,
  model: Cause | undefined,
  outcome: Diagnosis['outcome'],
): Cause | undefined {
  // A filter sent the frame elsewhere, where the taps saw it. The kernel's drop is what became of it there.
  if (model?.code === 'tc.redirect') return undefined;
  const isOpen = model === undefined || model.code === 'unknown';
  const byHost = (taken: KernelDrop) => refusedByRules(taken, outcome === 'refused') ?? noSocketCause(taken);
  const cause = drop && (meaningOf(drop) ?? (isOpen ? byHost(drop) : undefined));
  return cause?.code === model?.code ? undefined : cause;
}

/** What IPsec counted, where nothing is known, or only that a policy refused the packet. */
function byIpsec(
  { said, found }: { said: Cause | undefined; found: Finding | undefined },
  drops: readonly IpsecDrop[],
  { from, to }: ReachReport['question'],
): Finding | undefined {
  const cause = ipsecCause(drops);
  const code = said?.code ?? found?.cause.code ?? 'unknown';
  if (!cause || (code !== 'unknown' && code !== 'ipsec.policy')) return undefined;
  const [{ namespace: host, counter }] = drops as [IpsecDrop];
  if (found?.hop?.frame.at.namespace === host) return { ...found, cause, certainty: 'kernel' };
  const isAnswer = counter.startsWith('Out') ? host === to.namespace : host === from;
  return { cause, certainty: 'kernel', of: isAnswer ? 'answer' : 'probe', host };
}

/**
 * The kernel's word, at the place that the taps saw.
 *
 * @param otherwise the source of a probe that nobody saw leave; or where an answer came to the host that asked, and was lost there
 */
function believe(
  cause: Cause,
  found: Finding | undefined,
  otherwise: Namespace | Hop | undefined,
): Finding | undefined {
  if (found?.hop) return { ...found, cause, certainty: 'kernel' };
  if (found && !isOfPort(found.cause)) return found;
  if (!otherwise) return undefined;
  return 'frame' in otherwise
    ? { cause, certainty: 'kernel', of: 'answer', hop: otherwise }
    : { cause, certainty: 'kernel', of: 'probe', host: otherwise };
}

/** That nobody listens is no word on a packet that the kernel dropped for another reason. */
function agreed(found: Finding | undefined, drop: KernelDrop | undefined): Finding | undefined {
  return found && isOfPort(found.cause) && drop && !drop.drop.reason.endsWith('NO_SOCKET') ? undefined : found;
}

/** How far a probe and its answer came. */
function went(trace: ProbePath | undefined): number {
  return trace ? devicesOf(trace.path).length + (trace.answer ? devicesOf(trace.answer.path).length : 0) : 0;
}
