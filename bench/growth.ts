/** Something that was read again and again during a run. */
export interface Readings {
  name: string;
  unit: string;
  /** How much it may grow per 1000 labs, in its unit, when it was this much at first. */
  allowed: (first: number) => number;
  samples: readonly Reading[];
}

/** What was read after so many labs. */
export type Reading = readonly [labs: number, value: number];

export interface Growth {
  name: string;
  unit: string;
  samples: readonly Reading[];
  /** The medians of the two halves of the run. */
  first: number;
  last: number;
  /** From the first half to the last one, per 1000 labs; and how much that may be. */
  slope: number;
  allowed: number;
  grows: boolean;
}

/**
 * Compares the last half of a run with the first. A figure grows when the slope between their medians is above what is
 * allowed, and the halves lie apart: three quarters of the last one are above three quarters of the first. So a single
 * reading, or what else the machine does, is no growth.
 */
export function growthOf({ name, unit, allowed: allowedAt, samples }: Readings): Growth {
  const middle = samples.length >> 1;
  const [before, after] = [quartilesOf(samples.slice(0, middle)), quartilesOf(samples.slice(middle))];
  const [first, last] = [before.median, after.median];
  const slope = ((last - first) / (after.labs - before.labs)) * 1000;
  const allowed = allowedAt(first);
  const grows = slope > allowed && after.low > before.high;
  return { name, unit, samples, first, last, slope, allowed, grows };
}

/** The table of what grew, and what did not. */
export function growthRows(growths: readonly Growth[]): string[][] {
  return [
    ['', 'first half', 'last half', 'per 1000 labs', 'allowed', ''],
    ...growths.map(({ name, unit, first, last, slope, allowed, grows }) => [
      `  ${name}`,
      `${rounded(first)} ${unit}`.trimEnd(),
      `${rounded(last)} ${unit}`.trimEnd(),
      `${slope < 0 ? '−' : '+'}${rounded(Math.abs(slope))}`,
      `+${rounded(allowed)}`,
      grows ? 'GROWS' : 'flat',
    ]),
  ];
}

function quartilesOf(samples: readonly Reading[]) {
  const values = samples.map(([, value]) => value);
  const labs = quantile(
    samples.map(([labs]) => labs),
    0.5,
  );
  return { labs, median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** Of an even number the mean of the two in the middle, and so on. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [below = Number.NaN, above = below] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

function rounded(value: number): string {
  return Number(value.toFixed(value < 10 ? 2 : value < 1000 ? 1 : 0)).toString();
}
