import { DefaultReporter, type TestCase } from 'vitest/node';

/** What a test's fixture tells the reporter, through vitest's task meta. */
export interface LabMeta {
  /** Networks that the test used. */
  labs: number;
  /** Milliseconds from the making of the first to the end of the last. */
  milliseconds: number;
}

declare module 'vitest' {
  interface TaskMeta {
    hairpin?: LabMeta;
  }
}

/**
 * vitest's default reporter, with a line on the labs that the run used.
 *
 * @example
 * // vitest.config.ts
 * export default defineConfig({ plugins: [hairpin()], test: { reporters: ['hairpin/reporter'] } });
 */
export default class HairpinReporter extends DefaultReporter {
  #labs = 0;
  #milliseconds = 0;

  override onTestCaseResult(test: TestCase): void {
    super.onTestCaseResult(test);
    const meta = test.meta().hairpin;
    this.#labs += meta?.labs ?? 0;
    this.#milliseconds += meta?.milliseconds ?? 0;
  }

  override onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): void {
    super.onTestRunEnd(...args);
    const seconds = (this.#milliseconds / 1000).toFixed(1);
    this.ctx.logger.log(`       Labs  ${this.#labs}, alive for ${seconds} s in all\n`);
  }
}
