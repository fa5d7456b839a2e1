import { resolve, sep } from 'node:path';
import type { TestCase, Vitest } from 'vitest/node';
import { UsageError } from '../../base/validate.ts';
import { resultsFolder } from '../results.ts';
import { type PlacedOutcomes, recordedOf } from './run-outcomes.ts';
import { addRun, type Outcomes, readStability } from './stability.ts';

/** What the record says of a test, by kernel. */
export type StabilityOf = (test: TestCase) => [kernel: string, Outcomes][];

/** The record, and what part of the suite the run was. */
interface RecordOptions {
  /** Seen from the project's root. */
  file: string;
  /** How many outcomes of a test it keeps. */
  most: number;
  /** The files that there are; undefined where only some were looked for. */
  suite: ReadonlySet<string> | undefined;
  isInterrupted: boolean;
}

/**
 * Adds a run to the record of stability.
 *
 * @throws UsageError for a record in the results, which are cleared
 */
export async function recordStability(
  vitest: Vitest,
  { places, ...run }: PlacedOutcomes,
  { file, most, suite, isInterrupted }: RecordOptions,
): Promise<StabilityOf> {
  const { root, shard, watch } = vitest.config;
  const path = resolve(root, file);
  if (path.startsWith(`${resultsFolder(root)}${sep}`))
    throw new UsageError(`${path} must be outside of test-results, which is cleared: name another file (stability)`);
  // A shard's outcomes come again with the merge, and what is being worked on fails for good reasons.
  const isPart = shard !== undefined || watch || isInterrupted;
  const record = isPart ? readStability(path).outcomes : await addRun(path, run, { suite, most });
  return (test) => {
    const place = places.get(test);
    return place ? recordedOf(record, place) : [];
  };
}
