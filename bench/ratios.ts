import { isObject } from '../lib/base/plain-object.ts';
import type { Report } from './measure.ts';

/** Medians over that of a peer, by `figure / peer`: a larger one is worse. */
export type Ratios = Readonly<Record<string, number>>;

/** By benchmark. Times are not in it: they say more of the machine than of hairpin. */
export type Baseline = Readonly<Record<string, Ratios>>;

/** What a report says of figures that have a peer. Where the peer was left out (`--quick`), there is no ratio. */
export function ratiosOf({ figures }: Report): Ratios {
  const ratios: [string, number][] = [];
  for (const { group, name, peer, summary } of figures) {
    const other = figures.find((figure) => figure.group === group && figure.name === peer);
    if (other) ratios.push([`${name} / ${peer}`, summary.median / other.summary.median]);
  }
  return Object.fromEntries(ratios);
}

/** The middle of several measurements, ratio by ratio; with three digits, for more would be noise. */
export function middleOf(measurements: readonly Ratios[]): Ratios {
  const names = Object.keys(measurements[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const sorted = measurements.map((ratios) => ratios[name] ?? Number.NaN).toSorted((one, other) => one - other);
      return [name, Number(sorted[sorted.length >> 1]?.toPrecision(3))];
    }),
  );
}

/** @throws Error when the text is something else */
export function parseBaseline(text: string): Baseline {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !Object.values(value).every(isRatios))
    throw new Error('it must be { "reach": { "hairpin, tcp / ping -c1": 0.52 } }, with ratios above 0');
  return value as Baseline;
}

function isRatios(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((ratio) => typeof ratio === 'number' && ratio > 0);
}
