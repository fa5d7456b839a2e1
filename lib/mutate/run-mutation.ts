import { relative, resolve } from 'node:path';
import type { TestCase, TestModule, Vitest } from 'vitest/node';
import { errorMessage } from '../base/error-message.ts';
import { ownFile } from '../base/own-file.ts';
import type {} from '../matchers/keep-evidence.ts';
import { type Misuse, runSpecs } from '../report/runs/run-specs.ts';
import type { MutationMeta } from './mutant.ts';

/** A test that was run, with what it told; without where it did not run to its end. */
export interface MutatedTest {
  /** Seen from the project's root. */
  file: string;
  name: string;
  line: number | undefined;
  meta: MutationMeta | undefined;
}

export interface MutationRun {
  root: string;
  tests: MutatedTest[];
  /** What went wrong outside of tests: a file that cannot be imported. */
  errors: string[];
}

const RUNNER = ownFile('./runner.ts', import.meta.url);

/**
 * Runs spec files with the project's own config, each test with one knob after another turned.
 *
 * @param words the arguments of `vitest run`: parts of the paths of spec files, and options
 * @returns what came of it, or why nothing could be run
 */
export async function runMutation(words: readonly string[], onTest: () => void): Promise<MutationRun | Misuse> {
  // One run of a test is judged by itself.
  return runSpecs(words, { reporters: [{ onTestCaseResult: onTest }], bail: 0, retry: 0 }, run);
}

async function run(vitest: Vitest, filters: string[]): Promise<MutationRun> {
  const { root } = vitest.config;
  for (const project of vitest.projects) {
    // Not by the options above: vitest hands few of them on to the projects of a workspace.
    project.config.runner = RUNNER;
    const results = resolve(root, 'test-results');
    project.provide('hairpin', {
      trace: 'off',
      diagnose: 'if-asked',
      results,
      durations: resolve(results, 'durations.json'),
    });
  }
  const { testModules, unhandledErrors } = await vitest.start(filters);
  const tests = testModules.flatMap((module) =>
    [...module.children.allTests()].map((test) => describeTest(test, root)),
  );
  const errors = [
    ...testModules.flatMap((module) => module.errors().map((error) => `${nameOf(module, root)}: ${error.message}`)),
    ...unhandledErrors.map(errorMessage),
  ];
  return { root, tests, errors };
}

function describeTest(test: TestCase, root: string): MutatedTest {
  const { hairpinMutation } = test.meta();
  return {
    file: nameOf(test.module, root),
    name: test.fullName,
    line: test.location?.line,
    meta: hairpinMutation,
  };
}

function nameOf(module: TestModule, root: string): string {
  return relative(root, module.moduleId);
}
