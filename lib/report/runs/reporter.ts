import '../../base/needs-node.ts';

import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { DefaultReporter, type TestCase, type TestModule, type Vitest } from 'vitest/node';
import { checkBoolean, checkFileName, checkInteger, checkOptions, wrongOption } from '../../base/validate.ts';
import { harmless } from '../../base/visible-text.ts';
import { whyNotKept } from '../failure/why-not-kept.ts';
import { REPORT_FILE } from '../find-report.ts';
import { PAUSE } from '../hold-mode.ts';
import { clientScript } from '../html/client-script.ts';
import { collectTests, fileOf } from '../html/collect-tests.ts';
import { reportPage } from '../html/page.ts';
import type {} from '../lab-meta.ts';
import { makeFolder, replaceFile } from '../write-file.ts';
import { isToldByAnother, silence } from './beside-others.ts';
import { recordDurations } from './durations.ts';
import { LiveLine } from './live-line.ts';
import { mergedGaps } from './merged-gaps.ts';
import { specificationKey } from './module-key.ts';
import { recordStability, type StabilityOf } from './record-stability.ts';
import { runCells } from './run-cells.ts';
import { outcomesOf, type PlacedOutcomes } from './run-outcomes.ts';
import { tellDifferences } from './tell-differences.ts';

type DefaultOptions = NonNullable<ConstructorParameters<typeof DefaultReporter>[0]>;

export interface HairpinReporterOptions extends Omit<DefaultOptions, 'summary'> {
  /** Where the HTML report goes, seen from the project's root. @default 'test-results/report.html' */
  file?: string;
  /**
   * Whether merged reports may lack files of the suite, because only a part was run. Otherwise a file that no shard ran
   * fails the merge: a blob was lost, or the shards had different durations files. @default false
   */
  partial?: boolean;
  /**
   * A file that keeps the last outcomes of each test, by kernel. The report then shows how often each test passed. The file
   * must be outside of `test-results`, which is cleared, and CI must keep it from run to run. Runs of one shard and watch mode
   * add nothing to it; the run that merges shards does. @default undefined: none
   *
   * @example reporters: [['hairpin/reporter', { stability: '.hairpin/stability.json' }]]
   */
  stability?: string;
  /** How many of a test's last outcomes the file keeps, from 2 to 1000. @default 50 */
  stabilityRuns?: number;
}

const CALL = 'hairpin/reporter';
const DEFAULT_RUNS = 50;
const DEFAULT_FILE = `test-results/${REPORT_FILE}`;

/**
 * vitest's default reporter, with a line on the labs that the run used, and an HTML page to look into it: every test
 * with its network and its assertions, and the way of a packet that was lost. On a terminal one live line shows the
 * progress. Beside another of vitest's terminal reporters it prints nothing, and only writes the page.
 *
 * @example
 * // vitest.config.ts
 * export default defineConfig({ plugins: [hairpin()], test: { reporters: ['hairpin/reporter'] } });
 */
export default class HairpinReporter extends DefaultReporter {
  readonly #file: string;
  readonly #partial: boolean;
  readonly #stability: string | undefined;
  readonly #stabilityRuns: number;
  /** Another reporter tells the run. */
  #silent = false;
  #line: LiveLine | undefined;
  #labs = 0;
  #milliseconds = 0;
  #tests = 0;
  #done = 0;
  #failed = 0;
  #started = Date.now();
  /** What the page shows: in watch mode also the files of earlier runs. */
  #modules: readonly TestModule[] = [];

  constructor(given: HairpinReporterOptions = {}) {
    checkReporterOptions(given);
    const { file = DEFAULT_FILE, partial = false, stability, stabilityRuns = DEFAULT_RUNS, ...options } = given;
    // The live line is in the place of vitest's summary.
    super({ ...options, summary: false });
    this.#file = file;
    this.#partial = partial;
    this.#stability = stability;
    this.#stabilityRuns = stabilityRuns;
  }

  override onInit(vitest: Vitest): void {
    this.#silent = isToldByAnother(this, vitest.config.reporters);
    if (this.#silent) {
      this.ctx = vitest;
      silence(this, ['onInit', 'onTestRunStart', 'onTestModuleCollected', 'onTestCaseResult', 'onTestRunEnd']);
    } else super.onInit(vitest);
  }

  override onTestRunStart(...args: Parameters<DefaultReporter['onTestRunStart']>): void {
    if (!this.#silent) super.onTestRunStart(...args);
    this.#labs = this.#milliseconds = this.#tests = this.#done = this.#failed = 0;
    this.#started = Date.now();
    const mayHold = this.ctx.projects.some(({ config }) => config.env?.[PAUSE] !== undefined);
    if (this.#silent || mayHold || !this.isTTY || !process.stdout.isTTY) return;
    this.#line = new LiveLine([process.stdout, process.stderr], () => this.#progress());
    this.#line.start();
  }

  override onTestModuleCollected(module: TestModule): void {
    if (!this.#silent) super.onTestModuleCollected(module);
    this.#tests += [...module.children.allTests()].length;
  }

  override onTestCaseResult(test: TestCase): void {
    if (!this.#silent) super.onTestCaseResult(test);
    const meta = test.meta().hairpin;
    this.#labs += meta?.labs ?? 0;
    this.#milliseconds += meta?.milliseconds ?? 0;
    this.#done++;
    if (test.result().state === 'failed') this.#failed++;
  }

  override async onTestRunEnd(...args: Parameters<DefaultReporter['onTestRunEnd']>): Promise<void> {
    const [modules, unhandled, reason] = args;
    this.#line?.stop();
    this.#line = undefined;
    if (!this.#silent) {
      super.onTestRunEnd(...args);
      const seconds = (this.#milliseconds / 1000).toFixed(1);
      this.ctx.logger.log(`       Labs  ${this.#labs}, alive for ${seconds} s in all\n`);
    }
    const path = resolve(this.ctx.config.root, this.#file);
    const page = dirname(path);
    const suite = new Set((await this.ctx.globTestSpecifications()).map(specificationKey));
    const known = this.#isWholeSuite() ? suite : undefined;
    const outcomes = outcomesOf(modules, this.ctx);
    const stabilityOf = await this.#recordStability(outcomes, known, reason === 'interrupted');
    const cells = runCells(outcomes.places);
    const { root } = this.ctx.config;
    const { tests, labs, ...rest } = collectTests(this.#withEarlier(modules), unhandled, {
      root,
      page,
      stabilityOf,
      cells,
    });
    const { runs } = cells ?? {};
    const index = {
      date: new Date().toISOString(),
      milliseconds: this.#duration(),
      labs,
      ...(runs ? { runs } : {}),
      tests,
    };
    const isWritten = await this.#attempt('the report', async () => {
      const html = reportPage({ index, ...rest }, await clientScript());
      makeFolder(page);
      replaceFile(path, html);
    });
    await this.#attempt('how long each file took', () => recordDurations(this.ctx, modules, known));
    // Here the others have told all that they have to.
    if (isWritten) this.ctx.logger.log(`     Report  ${relative(process.cwd(), path)}\n`);
    const differences = runs && !this.#silent && tellDifferences(tests, runs);
    if (differences) this.ctx.logger.log(`${harmless(differences)}\n`);
    if (this.ctx.state.blobs && !this.#partial) this.#refuseGaps(modules, suite);
  }

  /** The files of this run. In watch mode also those that only earlier runs ran, as long as they exist. */
  #withEarlier(modules: readonly TestModule[]): readonly TestModule[] {
    const again = new Set(modules.map(fileOf));
    const others = this.#modules.filter((module) => !again.has(fileOf(module)) && existsSync(module.moduleId));
    this.#modules = [...others, ...modules];
    return this.#modules;
  }

  /** A file that cannot be written fails no run whose tests have passed. */
  async #attempt(what: string, write: () => void | Promise<void>): Promise<boolean> {
    try {
      await write();
      return true;
    } catch (error) {
      this.ctx.logger.error(`hairpin: ${what} could not be written down: ${harmless(whyNotKept(error))}\n`);
      return false;
    }
  }

  /** A test that nobody ran must not pass for one that passed. */
  #refuseGaps(modules: readonly TestModule[], suite: ReadonlySet<string>): void {
    const missing = mergedGaps(modules, suite, this.ctx);
    if (missing.length === 0) return;
    this.ctx.logger.error(
      `${missing.length} of the suite's files ran in none of the merged runs:\n  ${harmless(missing.join('\n  '))}\n` +
        'A blob is missing, or the shards had different files of durations. ' +
        "Where only a part was to run: reporters: [['hairpin/reporter', { partial: true }]]\n",
    );
    process.exitCode = 1;
  }

  /** Of merged runs that of the longest: they went side by side. */
  #duration(): number {
    return Math.max(...(this.ctx.state.blobs?.executionTimes ?? [Date.now() - this.#started]));
  }

  /** Whether vitest has looked for every file of the suite: `--project` and `--exclude` leave some out, as if they were no more. */
  #isWholeSuite(): boolean {
    const { project = [], cliExclude = [] } = this.ctx.config;
    return project.length === 0 && cliExclude.length === 0;
  }

  async #recordStability(
    outcomes: PlacedOutcomes,
    suite: ReadonlySet<string> | undefined,
    isInterrupted: boolean,
  ): Promise<StabilityOf> {
    let stabilityOf: StabilityOf = () => [];
    const [file, most] = [this.#stability, this.#stabilityRuns];
    if (file === undefined) return stabilityOf;
    await this.#attempt('the stability of the tests', async () => {
      stabilityOf = await recordStability(this.ctx, outcomes, { file, most, suite, isInterrupted });
    });
    return stabilityOf;
  }

  /** `  12/40 tests, 1 failed   14 labs   3 s`. */
  #progress(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    const seconds = Math.floor((Date.now() - this.#started) / 1000);
    return `  ${this.#done}/${this.#tests} tests${failed}   ${this.#labs} labs   ${seconds} s`;
  }
}

function checkReporterOptions(options: HairpinReporterOptions): void {
  checkOptions(CALL, options, ['file', 'partial', 'stability', 'stabilityRuns', 'isTTY', 'silent']);
  for (const option of ['file', 'stability'] as const) checkFileName(CALL, option, options[option]);
  if (options.stabilityRuns !== undefined) checkInteger(CALL, 'stabilityRuns', options.stabilityRuns, 2, 1000);
  for (const option of ['partial', 'isTTY'] as const) checkBoolean(CALL, option, options[option]);
  if (![undefined, true, false, 'passed-only'].includes(options.silent))
    throw wrongOption(CALL, 'silent', "true, false or 'passed-only'", options.silent);
}
