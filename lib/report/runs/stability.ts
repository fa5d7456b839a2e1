import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { isObject } from '../../base/plain-object.ts';
import { waitForFolder } from '../lock-folder.ts';
import { readTextFile } from '../read-file.ts';
import { makeFolder, replaceFile } from '../write-file.ts';

/** Of one test, oldest run first, a letter a run: P passed, F failed, R passed after a retry. */
export type Outcomes = string;

/** By the kernel, or kernel and way to run, then by file, then by test. The kernel that ran last stands last. */
export type Stability = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, Outcomes>>>;

/** What one run has brought. */
export interface RunOutcomes {
  /** The same run, merged again, has the same. */
  id: string;
  /** Every test of each file that was collected; one that did not run has ''. */
  outcomes: Stability;
}

interface StabilityFile {
  /** The ids of the last runs. */
  runs: readonly string[];
  outcomes: Stability;
}

const VERSION = 1;
/** Each distribution's update is another kernel, and a file in CI's cache is never begun anew. */
const KERNELS = 20;
const REMEMBERED_RUNS = 200;
/** Longer than its holder needs to read the file and to write it. */
const LOCKED_WITHIN = 10_000;

/**
 * Reads a record.
 *
 * @returns an empty one where there is no such file, as on a first run
 * @throws Error when the file is something else
 */
export function readStability(path: string): StabilityFile {
  if (!existsSync(path)) return { runs: [], outcomes: new Map() };
  const file = parse(readTextFile(path));
  if (file) return file;
  throw new Error(
    `${path} is no record of stability of this version of hairpin: delete it, or name another file (stability)`,
  );
}

/**
 * Adds a run to the record. Of each test it keeps the last outcomes. Files that the suite no longer has are dropped, and
 * tests that their file no longer has.
 *
 * @param suite the files that there are; undefined where only some were looked for
 * @param most how many outcomes are kept
 * @returns the record with the run
 */
export async function addRun(
  path: string,
  run: RunOutcomes,
  { suite, most }: { suite: ReadonlySet<string> | undefined; most: number },
): Promise<Stability> {
  makeFolder(dirname(path));
  // Two runs that end at once would each write what they have read.
  using _lock = await waitForFolder(dirname(path), LOCKED_WITHIN);
  const { runs, outcomes } = readStability(path);
  if (runs.includes(run.id)) return outcomes;
  const added = withRun(outcomes, run.outcomes, { suite, most });
  replaceFile(path, format({ runs: [...runs, run.id].slice(-REMEMBERED_RUNS), outcomes: added }));
  return added;
}

/** The record with a run's outcomes. */
export function withRun(
  known: Stability,
  run: Stability,
  { suite, most }: { suite: ReadonlySet<string> | undefined; most: number },
): Stability {
  const added = new Map([...known].map(([kernel, files]) => [kernel, new Map(files)]));
  for (const [kernel, files] of run) {
    const before = added.get(kernel) ?? new Map<string, ReadonlyMap<string, Outcomes>>();
    added.delete(kernel);
    added.set(kernel, before);
    for (const [file, tests] of files) {
      const old = before.get(file);
      const now = [...tests].map(([test, outcome]): [string, Outcomes] => [
        test,
        `${old?.get(test) ?? ''}${outcome}`.slice(-most),
      ]);
      before.set(file, new Map(now.filter(([, outcomes]) => outcomes !== '')));
    }
  }
  for (const files of added.values())
    for (const file of files.keys()) if (suite && !suite.has(file)) files.delete(file);
  return new Map([...added].slice(-KERNELS));
}

function format({ runs, outcomes }: StabilityFile): string {
  return `${JSON.stringify({ version: VERSION, runs, outcomes: toObject(outcomes) }, undefined, 1)}\n`;
}

function toObject(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  // `fromEntries` defines properties: a test may be called `__proto__`.
  return Object.fromEntries([...value].map(([key, each]) => [key, toObject(each)]));
}

function parse(text: string): StabilityFile | undefined {
  try {
    const { version, runs, outcomes } = JSON.parse(text);
    if (version !== VERSION || !Array.isArray(runs) || !runs.every((id) => typeof id === 'string')) return undefined;
    return { runs, outcomes: mapOf(outcomes, (files) => mapOf(files, (tests) => mapOf(tests, toOutcomes))) };
  } catch {
    return undefined;
  }
}

function mapOf<T>(value: unknown, read: (each: unknown) => T): Map<string, T> {
  if (!isObject(value)) throw new TypeError('no object');
  return new Map(Object.entries(value).map(([key, each]) => [key, read(each)]));
}

function toOutcomes(value: unknown): Outcomes {
  if (typeof value === 'string' && /^[PFR]+$/.test(value)) return value;
  throw new TypeError('no outcomes');
}
