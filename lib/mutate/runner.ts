import { type RunnerTask, type RunnerTestCase, type RunnerTestFile, TestRunner, type TestTryOptions } from 'vitest';
import { failedAssertionOf } from '../matchers/failed-assertion.ts';
import type {} from './mutant.ts';
import { Session } from './session.ts';

/** More repeats than any test has mutants; a session that is through ends them. */
const REPEATS = 1_000_000;

/**
 * vitest's runner, for `hairpin mutate`: runs each test as it is, then again with one knob of its lab turned at a time,
 * by vitest's own repeats, so that every run has its hooks and fixtures.
 */
export default class MutatingRunner extends TestRunner {
  /** By file, then by test. */
  readonly #noticed = new Map<string, Set<string>>();
  readonly #sessions = new WeakMap<RunnerTask, Session>();

  /** One test at a time: there is one watcher. */
  onCollected(files: RunnerTestFile[]): void {
    for (const file of files) inSequence(file);
  }

  override async onBeforeRunTask(test: RunnerTask): Promise<void> {
    await super.onBeforeRunTask(test);
    if (test.type !== 'test') return;
    const { filepath } = test.file;
    const noticed = this.#noticed.get(filepath) ?? new Set();
    this.#noticed.set(filepath, noticed);
    this.#sessions.set(test, new Session(filepath, noticed));
    test.retry = 0;
    test.repeats = REPEATS;
  }

  override onBeforeTryTask(test: RunnerTask, options: TestTryOptions): void {
    super.onBeforeTryTask(test, options);
    const session = this.#sessions.get(test);
    if (!session || test.type !== 'test') return;
    const { result } = test;
    if (result) {
      result.attempts = [];
      delete result.errors;
    }
    // What matchers tell the report of one run is of no use to the next.
    delete test.meta.hairpin;
    if (options.repeats === 0) session.record();
    else if (!session.next()) {
      test.meta.hairpinMutation = session.meta;
      test.context.skip('through with its mutants');
    }
  }

  override onAfterTryTask(test: RunnerTestCase): void {
    this.#sessions.get(test)?.ended();
    super.onAfterTryTask(test);
  }

  override async onAfterRetryTask(test: RunnerTestCase, options: TestTryOptions): Promise<void> {
    await super.onAfterRetryTask(test, options);
    const { result, fails } = test;
    if (result?.state === 'skip') return;
    const failed = result?.state === 'fail';
    const [error] = result?.errors ?? [];
    const failure = error?.message.split('\n', 1)[0];
    // Where the network was not asked, a negative has no other answer, only none at all.
    const unaskable = error?.name === 'UsageError' || failedAssertionOf(error)?.isInconclusive;
    // vitest has no other mark of it (`makeTimeoutError`).
    const timeout = failed && /^(Test|Hook) timed out in /.test(failure ?? '');
    this.#sessions.get(test)?.finished({ passed: failed === Boolean(fails), failure, unaskable, timeout });
  }
}

function inSequence(task: RunnerTask): void {
  delete task.concurrent;
  if ('tasks' in task) for (const child of task.tasks) inSequence(child);
}
