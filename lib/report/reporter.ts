import '../kernel/needs-node.ts';

import { dirname, relative, resolve } from 'node:path';
import { DefaultReporter, type TestCase, type TestModule, type Vitest } from 'vitest/node';
import { checkBoolean, checkFileName, checkOptions, show, UsageError } from '../kernel/validate.ts';
import { harmless } from '../kernel/visible-text.ts';
import { isToldByAnother, silence } from './beside-others.ts';
import { readDurations, updateDurations, writeDurations } from './durations.ts';
import { PAUSE } from './hold-mode.ts';
import { collectTests } from './html/collect-tests.ts';
import { reportPage } from './html/page.ts';
import type {} from './lab-meta.ts';
import { LiveLine } from './live-line.ts';
import { mergedGaps, ranElsewhere } from './merged-gaps.ts';
import { moduleKey, specificationKey } from './module-key.ts';
import { mergedMachines } from './project-name.ts';
import { whyNotKept } from './why-not-kept.ts';
import { makeFolder, replaceFile } from './write-file.ts';

type DefaultOptions = NonNullable<ConstructorParameters<typeof DefaultReporter>[0]>;

export interface HairpinReporterOptions extends Omit<DefaultOptions, 'summary'> {
  /** Where the HTML report goes, seen from the project's root. @default 'test-results/report.html' */
  file?: string;
  /**
   * Merged reports need not have every file of the suite, as after runs of a part. Without it a file that no shard ran
   * fails the merge: a blob was lost, or the shards had different files of durations. @default false
   */
  partial?: boolean;
}

const CALL = 'hairpin/reporter';
const DEFAULT_FILE = 'test-results/report.html';

/**
 * vitest's default reporter, with a line on the labs that the run used, and an HTML page to look into it: every test
 * with its network and its assertions, and the way of a packet that was lost. On a terminal one live line says how far
 * the run is. Beside another of vitest's reporters for terminals it leaves the telling to that, and only writes the page.
 *
 * @example
 * // vitest.config.ts
 * export default defineConfig({ plugins: [hairpin()], test: { reporters: ['hairpin/reporter'] } });
 */
export default class HairpinReporter extends DefaultReporter {
  readonly #file: string;
  readonly #partial: boolean;
  /** Another reporter tells the run. */
  #silent = false;
  #line: LiveLine | undefined;
  #labs = 0;
  #milliseconds = 0;
  #tests = 0;
  #done = 0;
  #failed = 0;
  #started = Date.now();

  constructor(given: HairpinReporterOptions = {}) {
    checkReporterOptions(given);
    const { file = DEFAULT_FILE, partial = false, ...options } = given;
    // The live line is in the place of vitest's summary.
    super({ ...options, summary: false });
    this.#file = file;
    this.#partial = partial;
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
    const [modules, unhandled] = args;
    this.#line?.stop();
    this.#line = undefined;
    if (!this.#silent) {
      super.onTestRunEnd(...args);
      const seconds = (this.#milliseconds / 1000).toFixed(1);
      this.ctx.logger.log(`       Labs  ${this.#labs}, alive for ${seconds} s in all\n`);
    }
    const path = resolve(this.ctx.config.root, this.#file);
    const page = dirname(path);
    const { tests, labs, ...rest } = collectTests(modules, unhandled, { root: this.ctx.config.root, page });
    const index = { date: new Date().toISOString(), milliseconds: this.#duration(), labs, tests };
    const isWritten = this.#attempt('the report', () => {
      makeFolder(page);
      replaceFile(path, reportPage({ index, ...rest }));
    });
    const suite = new Set((await this.ctx.globTestSpecifications()).map(specificationKey));
    this.#attempt('how long each file took', () => this.#recordDurations(modules, suite));
    // Here the others have told all that they have to.
    if (isWritten) this.ctx.logger.log(`     Report  ${relative(process.cwd(), path)}\n`);
    if (this.ctx.state.blobs && !this.#partial) this.#refuseGaps(modules, suite);
  }

  /** A file that cannot be written fails no run whose tests have passed. */
  #attempt(what: string, write: () => void): boolean {
    try {
      write();
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

  /**
   * For the next run's shards. A shard's own run writes nothing: those that come after it on the same machine would share
   * the files out otherwise than those before.
   */
  #recordDurations(modules: readonly TestModule[], suite: ReadonlySet<string>): void {
    const { config } = this.ctx;
    // Where only its projects have the plugin, the root provides nothing.
    const projects = [this.ctx.getRootProject(), ...this.ctx.projects];
    const path = projects.map((project) => project.getProvidedContext().hairpin?.durations).find(Boolean);
    // How long a file takes on another kernel says nothing of this one.
    if (!path || config.shard || config.testNamePattern || mergedMachines().length > 0) return;
    const measured = new Map<string, number>();
    for (const module of modules) {
      if (module.state() !== 'passed' || ranElsewhere(module, this.ctx)) continue;
      const key = moduleKey(module);
      // Runs that are merged under labels have each file several times.
      measured.set(key, Math.max(measured.get(key) ?? 0, timeOf(module)));
    }
    writeDurations(path, updateDurations(readDurations(path), measured, suite));
  }

  /** `  12/40 tests, 1 failed   14 labs   3 s`. */
  #progress(): string {
    const failed = this.#failed > 0 ? `, ${this.#failed} failed` : '';
    const seconds = Math.floor((Date.now() - this.#started) / 1000);
    return `  ${this.#done}/${this.#tests} tests${failed}   ${this.#labs} labs   ${seconds} s`;
  }
}

function checkReporterOptions(options: HairpinReporterOptions): void {
  checkOptions(CALL, options, ['file', 'partial', 'isTTY', 'silent']);
  checkFileName(CALL, 'file', options.file);
  for (const option of ['partial', 'isTTY'] as const) checkBoolean(CALL, option, options[option]);
  if (![undefined, true, false, 'passed-only'].includes(options.silent))
    throw new UsageError(`${CALL}: silent must be true, false or 'passed-only': received ${show(options.silent)}`);
}

/** All that a file takes of its worker. */
function timeOf(module: TestModule): number {
  const { duration, collectDuration, setupDuration, prepareDuration, environmentSetupDuration } = module.diagnostic();
  return duration + collectDuration + setupDuration + prepareDuration + environmentSetupDuration;
}
