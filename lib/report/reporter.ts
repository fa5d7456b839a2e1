import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { DefaultReporter, type TestCase, type TestModule } from 'vitest/node';
import { collectTests } from './html/collect-tests.ts';
import { reportPage } from './html/page.ts';
import type {} from './lab-meta.ts';
import { LiveLine } from './live-line.ts';

type DefaultOptions = NonNullable<ConstructorParameters<typeof DefaultReporter>[0]>;

export interface HairpinReporterOptions extends Omit<DefaultOptions, 'summary'> {
  /** Where the HTML report goes, seen from the project's root. @default 'test-results/report.html' */
  file?: string;
}

const DEFAULT_FILE = 'test-results/report.html';

/**
 * vitest's default reporter, with a line on the labs that the run used, and an HTML page to look into it: every test
 * with its network and its assertions, and the way of a packet that was lost. On a terminal one live line says how far
 * the run is.
 *
 * @example
 * // vitest.config.ts
 * export default defineConfig({ plugins: [hairpin()], test: { reporters: ['hairpin/reporter'] } });
 */
export default class HairpinReporter extends DefaultReporter {
  readonly #file: string;
  #line: LiveLine | undefined;
  #labs = 0;
  #milliseconds = 0;
  #tests = 0;
  #done = 0;
  #failed = 0;
  #started = Date.now();

  constructor({ file = DEFAULT_FILE, ...options }: HairpinReporterOptions = {}) {
    // The live line is in the place of vitest's summary.
    super({ ...options, summary: false });
    this.#file = file;
  }

  override onTestRunStart(...args: Parameters<DefaultReporter['onTestRunStart']>): void {
    super.onTestRunStart(...args);
    this.#labs = this.#milliseconds = this.#tests = this.#done = this.#failed = 0;
    this.#started = Date.now();
    if (!this.isTTY || !process.stdout.isTTY) return;
    this.#line = new LiveLine([process.stdout, process.stderr], () => this.#progress());
    this.#line.start();
  }

  override onTestModuleCollected(module: TestModule): void {
    super.onTestModuleCollected(module);
    this.#tests += [...module.children.allTests()].length;
  }

  override onTestCaseResult(test: TestCase): void {
    super.onTestCaseResult(test);
    const meta = test.meta().hairpin;
    this.#labs += meta?.labs ?? 0;
    this.#milliseconds += meta?.milliseconds ?? 0;
    this.#done++;
    if (test.result().state === 'failed') this.#failed++;
  }

  override onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): void {
    const [modules, unhandled] = args;
    this.#line?.stop();
    super.onTestRunEnd(...args);
    const seconds = (this.#milliseconds / 1000).toFixed(1);
    this.ctx.logger.log(`       Labs  ${this.#labs}, alive for ${seconds} s in all\n`);
    const path = resolve(this.ctx.config.root, this.#file);
    const page = dirname(path);
    const { tests, labs, ...rest } = collectTests(modules, unhandled, { root: this.ctx.config.root, page });
    const index = { date: new Date().toISOString(), milliseconds: Date.now() - this.#started, labs, tests };
    mkdirSync(page, { recursive: true });
    writeFileSync(path, reportPage({ index, ...rest }));
    if (this.#line) this.ctx.logger.log(`     Report  ${relative(process.cwd(), path)}\n`);
    this.#line = undefined;
  }

  /** `  12/40 tests, 1 failed   14 labs   3 s`. */
  #progress(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    const seconds = Math.floor((Date.now() - this.#started) / 1000);
    return `  ${this.#done}/${this.#tests} tests${failed}   ${this.#labs} labs   ${seconds} s`;
  }
}
