import { relative } from 'node:path';
import type { TestCase, Vitest } from 'vitest/node';
import type { Topology } from '../drawing/topology.ts';
import type {} from '../lab-meta.ts';
import { type Misuse, runSpecs } from './run-specs.ts';

/** A test, with its network at its end. */
export interface DrawnTest {
  /** Seen from the project's root. */
  file: string;
  line: number | undefined;
  name: string;
  failed: boolean;
  network: Topology;
}

export interface DrawnRun {
  tests: DrawnTest[];
  /** How many tests were run, with a network or without. */
  ran: number;
  /** What went wrong outside of tests: a file that cannot be imported. */
  errors: string[];
}

/**
 * Runs specs for their networks.
 *
 * @param words the arguments of `vitest run`
 */
export function drawnTests(words: readonly string[]): Promise<DrawnRun | Misuse> {
  return runSpecs(words, { reporters: [{}] }, run);
}

async function run(vitest: Vitest, filters: string[]): Promise<DrawnRun> {
  const { root } = vitest.config;
  const { testModules, unhandledErrors } = await vitest.start(filters);
  const tests = testModules.flatMap((module) => [...module.children.allTests()]);
  const errors = [...testModules.flatMap((module) => [...module.errors()]), ...unhandledErrors];
  return {
    tests: tests.flatMap((test) => drawn(test, root)),
    ran: tests.filter((test) => test.result().state !== 'skipped').length,
    errors: errors.map((error) => (error instanceof Error ? error.message : String(Object(error).message))),
  };
}

function drawn(test: TestCase, root: string): DrawnTest[] {
  const network = test.meta().hairpin?.attempts?.at(-1)?.network;
  if (!network) return [];
  const file = relative(root, test.module.moduleId);
  return [{ file, line: test.location?.line, name: test.fullName, failed: test.result().state === 'failed', network }];
}
