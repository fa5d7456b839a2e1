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
  errors: { message: string; diff?: string; at?: string }[];
  assertions: AssertionMeta[];
  /** The number of its drawing. */
  drawing?: number;
  failure?: Pick<FailureMeta, 'question' | 'paths' | 'frames'>;
  links: { name: string; href: string }[];
}

/** Everything that a page is made of. */
export interface PageData {
  index: PageIndex;
  details: TestDetail[];
  /** SVG; tests with the same network share one. */
  drawings: string[];
}
