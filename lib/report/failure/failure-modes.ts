/** When the evidence of a test is kept, as Playwright's option of the name has it. */
export const TRACE_MODES = ['off', 'on', 'retain-on-failure'] as const;
export type TraceMode = (typeof TRACE_MODES)[number];
export const DEFAULT_TRACE_MODE: TraceMode = 'retain-on-failure';

/** How a failed question is explained. */
export const DIAGNOSES = ['probe', 'passive'] as const;
export type Diagnose = (typeof DIAGNOSES)[number];
export const DEFAULT_DIAGNOSE: Diagnose = 'probe';
