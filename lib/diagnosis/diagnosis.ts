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
 * Each `code` has its own `facts`; both are stable (docs/diagnoses.md).
 */
export type DiagnosisData = Cause & {
  outcome: Outcome;
  /** `kernel`: the kernel itself says so. `model`: the settings of the network have this effect. `guess`: no reason is known. */
  certainty: Certainty;
  /** Whose packet was lost. */
  of: 'probe' | 'answer';
  /** The device where it was last seen (`sw/p0`), or the host that lost it (`a`). */
  lastSeen?: string;
  /** The cause in words. */
  text: string;
  /** What to do about it. */
  hint?: string;
  /** The kernel's own words about the drop. */
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
