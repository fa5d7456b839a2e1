import type { AssertionMeta, FailureMeta } from '../lab-meta.ts';

export type TestState = 'passed' | 'failed' | 'skipped';

/** What the page knows from the start: enough for its list. */
export interface PageIndex {
  /** ISO 8601. */
  date: string;
  milliseconds: number;
  labs: number;
  /** The kernels that the tests ran on, with the labels of the runs; only where there are several. */
  runs?: string[];
  tests: ListedTest[];
}

export interface ListedTest {
  file: string;
  /** The suites that it is in, and its own name. */
  names: string[];
  state: TestState;
  milliseconds: number;
  /** It passed, after attempts that failed. */
  flaky?: true;
  /** Errors that belong to no test: they are listed, but not counted. */
  outside?: true;
  /** Which of the runs it belongs to; only where there are several. */
  cell?: RunCell;
  /** The last runs by kernel, the test's own kernel first; only with a record of them. */
  stability?: KernelStability[];
}

/** A place in the table that has the same tests of several runs side by side. */
export interface RunCell {
  /** The number of the run. */
  run: number;
  /** The same for the same test in each run. */
  row: number;
  /** As all runs call it: without the kernel, and without the run's label. */
  file: string;
}

export interface KernelStability {
  kernel: string;
  /** A letter a run, oldest first: P passed, F failed, R passed after a retry. */
  outcomes: string;
}

/** The rest of a test, which the page reads when it is shown. */
export interface TestDetail {
  labs: number;
  /** `passed after 2 retries`, `skipped: no vxlan`. */
  note?: string;
  /** One at least; several where it was retried or repeated. */
  attempts: AttemptDetail[];
}

export interface AttemptDetail {
  state: TestState;
  milliseconds: number;
  errors: ShownError[];
  assertions: AssertionMeta[];
  /** The number of its drawing. */
  drawing?: number;
  failure?: Pick<FailureMeta, 'question' | 'paths' | 'frames'>;
  links: { name: string; href: string }[];
}

export interface ShownError {
  message: string;
  diff?: string;
  /** `specs/a.spec.ts:6:28`. */
  at?: string;
  source?: SourceLines;
}

/** A part of a file, with the numbers of its first line and of the one that failed. */
export interface SourceLines {
  first: number;
  failing: number;
  lines: string[];
}

/** Everything that a page is made of. */
export interface PageData {
  index: PageIndex;
  details: TestDetail[];
  /** SVG; tests with the same network share one. */
  drawings: string[];
}
