import type { KernelStability, ListedTest } from '../page-data.ts';

/** How often a test passed on a kernel. */
export interface Rate {
  runs: number;
  /** Those after a retry are among them. */
  passed: number;
  flaky: number;
}

export function rateOf({ outcomes }: KernelStability): Rate {
  const count = (letter: string) => outcomes.split(letter).length - 1;
  return { runs: outcomes.length, passed: count('P') + count('R'), flaky: count('R') };
}

/** `48 of 50, flaky twice`. */
export function rateText({ runs, passed, flaky }: Rate): string {
  return `${passed} of ${runs}${flaky > 0 ? `, flaky ${times(flaky)}` : ''}`;
}

/** `48 of 50`, or where all passed, `flaky twice`: beside a name there is little room. */
export function shortRateText({ runs, passed, flaky }: Rate): string {
  return passed < runs ? `${passed} of ${runs}` : `flaky ${times(flaky)}`;
}

/** Whether a test passes sometimes, on its own kernel. One that fails in all runs is broken. */
export function isUnstable({ stability: [own] = [] }: ListedTest): boolean {
  if (!own) return false;
  const { runs, passed, flaky } = rateOf(own);
  return flaky > 0 || (passed > 0 && passed < runs);
}

function times(number: number): string {
  return ['', 'once', 'twice'][number] ?? `${number} times`;
}
