import { readSysctls } from '../kernel/sysctl.ts';
import { type Lab, UsageError } from '../lab/index.ts';

/** How long a negative is held, in milliseconds. Worst seen under load for an answer: 12. */
const HOLD = 100;

/** What `proxy_delay` is counted in, by `proc_dointvec_userhz_jiffies`. */
const MS_A_TICK = 10;

/** Less than an answer may take proves nothing of answers that did not come, in milliseconds. */
const SHORTEST_HOLD = 20;

/**
 * How long a negative is held unless said otherwise, in milliseconds: 100, and as long besides as a proxy puts its answer
 * off, where a spec has told one to.
 */
export function holdIn(lab: Lab): number {
  const delays = lab.namespaces.flatMap(({ handle, sysctl }) => {
    const names = [...sysctl.written].filter((name) => name.endsWith('proxy_delay'));
    return names.length > 0 ? [...readSysctls(handle, names).values()].map(Number) : [];
  });
  return HOLD + MS_A_TICK * Math.max(0, ...delays);
}

/** @throws UsageError when a negative would be held for less than an answer may take */
export function checkHold(call: string, option: 'hold' | 'within', milliseconds: number): void {
  if (milliseconds >= SHORTEST_HOLD) return;
  throw new UsageError(
    `${call}: ${option} must be ${SHORTEST_HOLD} ms or more, since an answer may take as long: received ${milliseconds}`,
  );
}
