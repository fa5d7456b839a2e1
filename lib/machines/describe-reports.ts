import type { RunningTests } from '../report/runs/running-tests.ts';
import type { KernelReport } from './kernel-reports.ts';

const MOST_REPORTS = 10;
const MOST_LINES = 60;
const LATE = 'The kernel reports this late: which test it was is not known';

/**
 * What a kernel reports of itself, each with the test that ran where that tells, in blocks of text.
 *
 * @param whole whether with the lines of each, as far as they tell the cause
 */
export function describeReports(reports: readonly KernelReport[], whole: boolean): string[] {
  const more = reports.length - MOST_REPORTS;
  // Those that fail a run first: memory that ran out fails none.
  const first = reports.toSorted((a, b) => Number(a.kind === 'memory') - Number(b.kind === 'memory'));
  return [
    ...first.slice(0, MOST_REPORTS).map((report) => describeReport(report, whole)),
    ...(more > 0 ? [`and ${more} more kernel ${more === 1 ? 'report' : 'reports'}`] : []),
  ];
}

function describeReport({ kind, line, lines, tests, late, times }: KernelReport, whole: boolean): string {
  const often = times > 1 ? `, ${times} times` : '';
  const shown = lines.slice(0, MOST_LINES);
  const left = lines.length - shown.length;
  return [
    `kernel report (${kind}${often}): ${line}`,
    ...(kind === 'no kmemleak' ? [] : late ? [LATE] : (whichTests(tests) ?? ['No test had begun'])),
    ...(whole ? ['', ...shown.map((each) => `  ${each}`), ...(left > 0 ? [`  … and ${left} more lines`] : [])] : []),
  ].join('\n');
}

/** The tests that were running, in lines; undefined where none had begun. */
export function whichTests({ running, last }: RunningTests): string[] | undefined {
  const [one, ...more] = running;
  if (one === undefined)
    return last === undefined ? undefined : [`No test was running; the last before that was ${last}`];
  if (more.length === 0) return [`The test that was running: ${one}`];
  return ['The tests that were running:', ...running.map((name) => `  ${name}`)];
}
