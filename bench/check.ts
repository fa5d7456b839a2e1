import { middleOf, type Ratios } from './ratios.ts';

/** By how much a ratio may be above the recorded one. */
export const LIMIT = 1.3;
/** A ratio is worse when it is above the limit in so many measurements, one after the other. */
export const MEASUREMENTS = 3;

/** What has to be said of a benchmark. */
export interface Verdict {
  /** Each is a failure. */
  worse: readonly string[];
  /** What nothing was learnt of. */
  notes: readonly string[];
  lines: readonly string[];
}

interface Check {
  benchmark: string;
  baseline: Ratios;
  quick: boolean;
  measure: () => Promise<Ratios>;
  progress: (line: string) => void;
}

/** Compares a benchmark's ratios with the recorded ones. It is measured again while one looks worse. */
export async function checkRatios({ benchmark, baseline, quick, measure, progress }: Check): Promise<Verdict> {
  const measured = [await measure()];
  const names = Object.keys(baseline).filter((name) => measured[0]?.[name] !== undefined);
  const bestOf = (name: string) => Math.min(...measured.map((ratios) => ratios[name] ?? Number.POSITIVE_INFINITY));
  // A comparison with NaN is false, and what was not measured must not pass for good.
  const isWorse = (name: string) => !(bestOf(name) <= (baseline[name] ?? Number.NaN) * LIMIT);
  while (measured.length < MEASUREMENTS && names.some(isWorse)) {
    progress(`${benchmark}: ${names.filter(isWorse).join(', ')} looks worse, and is measured again …`);
    measured.push(await measure());
  }
  const alone = `npm run bench -- --check${quick ? ' --quick' : ''} ${benchmark}`;
  const gone = Object.keys(baseline).filter((name) => !names.includes(name));
  const fresh = Object.keys(measured[0] ?? {}).filter((name) => !(name in baseline));
  const lost = gone.map((name) => `${benchmark}: ${name} is recorded, and was not measured`);
  return {
    worse: [
      ...names.filter(isWorse).map((name) => {
        const now = measured.map((ratios) => significant(ratios[name])).join(', ');
        const more = Math.round((bestOf(name) / (baseline[name] ?? Number.NaN) - 1) * 100);
        return (
          `${benchmark}: ${name} was ${significant(baseline[name])}, and is ${now}: at least ${more} % more in ` +
          `each of ${measured.length} measurements\n  Alone: ${alone}`
        );
      }),
      // With --quick some peers are left out; without it, a renamed figure would never be looked at again.
      ...(quick ? [] : lost.map((line) => `${line}. To record again: npm run bench -- --record ${benchmark}`)),
    ],
    notes: [
      ...(quick ? lost.map((line) => `${line} with --quick`) : []),
      ...fresh.map((name) => `${benchmark}: ${name} is not recorded: npm run bench -- --record ${benchmark}`),
    ],
    lines: names.map((name) => `${benchmark}: ${name}: ${significant(baseline[name])} → ${significant(bestOf(name))}`),
  };
}

/** Measures as often as a check may, for a baseline that is no lucky run. */
export async function recordRatios(measure: () => Promise<Ratios>): Promise<Ratios> {
  const measured: Ratios[] = [];
  while (measured.length < MEASUREMENTS) measured.push(await measure());
  return middleOf(measured);
}

function significant(ratio = Number.NaN): string {
  return ratio.toPrecision(3);
}
