import type { Vitest } from 'vitest/node';
import { SHELL } from '../report/hold-mode.ts';
import { type Misuse, runSpecs } from '../report/runs/run-specs.ts';
import { makeQuitFolder } from './quit.ts';

/** What came of tests that were held. */
export interface HeldRun {
  ran: number;
  failed: boolean;
}

/**
 * Runs specs, one test after the other, without time-outs. Each is held at its end, and where it calls `lab.pause`.
 *
 * @param words the arguments of `vitest run`
 */
export function heldTests(words: readonly string[]): Promise<HeldRun | Misuse> {
  process.env[SHELL] = makeQuitFolder();
  // A summary that draws itself anew would write over the prompt.
  return runSpecs(words, { reporters: [['default', { summary: false }]], fileParallelism: false, maxWorkers: 1 }, run);
}

async function run(vitest: Vitest, filters: string[]): Promise<HeldRun> {
  // Not by the options above: vitest hands few of them on to the projects of a workspace.
  for (const { config } of vitest.projects) Object.assign(config, { testTimeout: 0, hookTimeout: 0 });
  const { testModules, unhandledErrors } = await vitest.start(filters);
  const tests = testModules.flatMap((module) => [...module.children.allTests()]);
  return {
    ran: tests.filter((test) => test.result().state !== 'skipped').length,
    failed: unhandledErrors.length > 0 || testModules.some((module) => module.state() === 'failed'),
  };
}
