import type { Interface, Namespace } from '../lab/index.ts';
import { type ReachOptions, type ReachReport, reach } from '../probes/reach.ts';
import { Capture } from '../trace/capture.ts';
import { acquitsFilters, convictsFilters, DropWatch, describeDrop } from '../trace/drop-watch.ts';
import { type Explanation, explainLoss } from '../trace/explain.ts';
import { filterUnsent } from '../trace/filter/filter-step.ts';
import { FilterWitness } from '../trace/filter/filter-witness.ts';
import type { Obstacle } from '../trace/obstacles/obstacle.ts';
import { sourceObstacle } from '../trace/obstacles/source.ts';
import type { ProbePath } from '../trace/probe-path.ts';

/** How long the probe that is sent for an explanation's sake is waited for, in milliseconds. */
const ONE_MORE = 20;

/** Why there was no answer, as far as it is known. */
export interface Reasons {
  /** Where the probe or its answer stayed behind. */
  loss?: Explanation | undefined;
  /** What kept a probe at its source, or took it before a device was seen to send it. */
  unsent?: Partial<Obstacle> | undefined;
  /** What the kernel itself says of a drop, where it may be asked. */
  kernel?: string | undefined;
}

/** Why there was no answer: by what is known, and by what one more probe brings to light. */
export async function explainSilence(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  { question, report, trace }: { question: ReachOptions; report: ReachReport; trace: ProbePath | undefined },
): Promise<Reasons> {
  const answers = Capture.of(from.lab)
    .frames()
    .filter(({ bytes }) => report.recognize(bytes) === 'answer');
  const answered = new Set(answers.map(({ at }) => at.namespace));
  const witness = new FilterWitness({ refused: report.outcome === 'refused', answered });
  const hasLeft = trace !== undefined && report.recognize(trace.frame) === 'probe';
  const reasons = (): Reasons => {
    try {
      return examine();
    } catch (error) {
      // What is said of a failure must not stand in for the failure.
      const hint = `hairpin could not look into it: ${error instanceof Error ? error.message : error}`;
      return { loss: undefined, unsent: { hint } };
    }
  };
  // The next hop's MAC address was learnt, and yet no probe was seen.
  const isKept = trace !== undefined && trace.answer?.arrival !== undefined && !hasLeft;
  const examine = (): Reasons => {
    const loss = trace && explainLoss(report.question, trace, { outcome: report.outcome, witness });
    if (loss || (trace && !isKept)) return { loss, unsent: undefined };
    return { loss, unsent: filterUnsent(report, witness) ?? unsentObstacle(report, witness) };
  };
  const known = reasons();
  const watch = report.outcome === 'broken' ? undefined : DropWatch.start();
  if (!watch && !witness.hasFilters) return known;
  try {
    // What counts is which counters it moves, and what the kernel says of it. Where the probe had got as far as to leave,
    // this one is not to wait for ARP again.
    await reach(call, from, to, hasLeft ? { ...question, neighbours: 'kept' } : question, {
      milliseconds: ONE_MORE,
      ...(watch ? { onSend: watch.onSend } : {}),
    });
    witness.lookAgain();
  } catch {
    // What is sent for the explanation's sake must not stand in for the failure.
    return known;
  } finally {
    watch?.stop();
  }
  const proved = reasons();
  const drop = watch?.dropOf(trace, proved.loss);
  if (!drop) return proved;
  if (acquitsFilters(drop)) witness.acquitAll();
  if (convictsFilters(drop)) witness.convict();
  return { ...reasons(), kernel: describeDrop(drop, (proved.loss?.at ?? trace?.arrival)?.frame.at) };
}

function unsentObstacle(
  { outcome, question, size }: ReachReport,
  { convicted }: FilterWitness,
): Partial<Obstacle> | undefined {
  return outcome === 'unsent' && !convicted ? sourceObstacle(question, size) : undefined;
}
