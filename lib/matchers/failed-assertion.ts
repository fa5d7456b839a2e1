import type { DiagnosisData } from '../diagnosis/diagnosis.ts';

/** What the error of a failed assertion has besides its message: vitest's `meta`, which it keeps on its way to reporters. */
export interface FailedAssertion {
  /** Tells the assertions of a worker apart. */
  number: number;
  /** The network was not asked, or said nothing: neither the answer that was expected nor another. */
  isInconclusive: boolean;
  diagnosis?: DiagnosisData;
}

/**
 * The failed assertion that an error is of, or is caused by (`expect.poll`). Errors that vitest has serialized for its
 * reporters will do.
 */
export function failedAssertionOf(error: unknown): FailedAssertion | undefined {
  const { __vitest_error_context__: context, cause } = (error ?? {}) as {
    __vitest_error_context__?: { meta?: { hairpin?: FailedAssertion } };
    cause?: unknown;
  };
  return context?.meta?.hairpin ?? (cause === undefined ? undefined : failedAssertionOf(cause));
}

/**
 * Why a question had no answer, read from the error of a failed assertion; undefined for any other error.
 *
 * @example
 * const error = await expect(a).toReach(b).catch((error: unknown) => error);
 * expect(diagnosisOf(error)).toMatchObject({ code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' } });
 */
export function diagnosisOf(error: unknown): DiagnosisData | undefined {
  return failedAssertionOf(error)?.diagnosis;
}
