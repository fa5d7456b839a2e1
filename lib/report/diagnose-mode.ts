/** How a failed question is explained. */
export const DIAGNOSES = ['probe', 'passive'] as const;
export type Diagnose = (typeof DIAGNOSES)[number];

export const DEFAULT_DIAGNOSE: Diagnose = 'probe';
