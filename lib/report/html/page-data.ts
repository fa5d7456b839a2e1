import type { AssertionMeta, FailureMeta } from '../lab-meta.ts';

export type TestState = 'passed' | 'failed' | 'skipped';

/** What the page knows from the start: enough for its list. */
export interface PageIndex {
  /** ISO 8601. */
  date: string;
  milliseconds: number;
  labs: number;
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
  /** The last runs by kernel, the test's own kernel first; only with a record of them. */
  stability?: KernelStability[];
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
