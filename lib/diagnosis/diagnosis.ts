import type { Cause } from '../model/cause.ts';
import type { Outcome } from '../probes/outcome.ts';
import type { Certainty, Finding } from './finding.ts';
import { placeOf } from './finding.ts';
import type { KernelDrop } from './kernel-drop.ts';
import { sayCause } from './words/index.ts';
import { describeDrop } from './words/kernel-line.ts';

/** Why a question had no answer. It is made once, where the question failed; everything else renders it. */
export interface Diagnosis extends Finding {
  outcome: Outcome;
  /** What the kernel itself says of a drop, where it may be asked. */
  drop?: KernelDrop | undefined;
}

/**
 * A diagnosis as plain data: on the error of a failed assertion ({@link diagnosisOf}), in vitest's task meta, in reports.
 * `code` and `facts` belong together, and are stable: docs/diagnoses.md.
 */
export type DiagnosisData = Cause & {
  outcome: Outcome;
  /** `kernel`: it said so itself. `model`: the settings of the network would do so. `guess`: no reason is known. */
  certainty: Certainty;
  /** Whose packet was lost. */
  of: 'probe' | 'answer';
  /** The device where it was last seen (`sw/p0`), or the host whose doing it is (`a`). */
  lastSeen?: string;
  /** The cause in words. */
  text: string;
  /** What to do about it. */
  hint?: string;
  /** What the kernel itself says of the drop. */
  kernel?: string;
};

/** What nothing is known of but how it ended. */
export function undiagnosed(outcome: Outcome): Diagnosis {
  return { outcome, cause: { code: 'unknown', facts: {} }, certainty: 'guess', of: 'probe' };
}

export function diagnosisData(diagnosis: Diagnosis): DiagnosisData {
  const { outcome, cause, certainty, of, drop } = diagnosis;
  const { text, hint } = sayCause(cause);
  const lastSeen = placeOf(diagnosis);
  return {
    ...cause,
    ...{ outcome, certainty, of, text },
    ...(lastSeen ? { lastSeen: String(lastSeen) } : {}),
    ...(hint === undefined ? {} : { hint }),
    ...(drop ? { kernel: describeDrop(drop) } : {}),
  };
}
