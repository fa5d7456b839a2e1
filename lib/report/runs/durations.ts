import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestModule, Vitest } from 'vitest/node';
import { readTextFile } from '../read-file.ts';
import { makeFolder, replaceFile } from '../write-file.ts';
import { ranElsewhere } from './merged-gaps.ts';
import { moduleKey } from './module-key.ts';
import { mergedMachines } from './project-name.ts';

/** How long each test file took, in whole milliseconds, by its name (`moduleKey`). */
export type Durations = ReadonlyMap<string, number>;

/**
 * Reads recorded durations.
 *
 * @returns an empty map where there is no such file, as on a first run
 * @throws Error when the file is something else: machines that read it differently would not share the tests out alike
 */
export function readDurations(path: string): Durations {
  if (!existsSync(path)) return new Map();
  const entries = entriesOf(readTextFile(path));
  if (entries) return new Map(entries);
  throw new Error(
    `${path} is no file of durations, such as { "a.test.ts": 1200 }: delete it, or name another (durations)`,
  );
}

/** Writes durations in the order of their names, so that a committed file changes by what has changed alone. */
export function writeDurations(path: string, durations: Durations): void {
  const sorted = [...durations].sort(([one], [other]) => (one < other ? -1 : 1));
  makeFolder(dirname(path));
  // In one step: another run may be reading it.
  replaceFile(path, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

/**
 * What a run has brought, on top of what was known. Files that the suite no longer has are dropped.
 *
 * @param suite the files that there are; undefined where only some were looked for
 */
export function updateDurations(
  known: Durations,
  measured: Durations,
  suite: ReadonlySet<string> | undefined,
): Durations {
  const rounded = [...measured].map(([key, time]): [string, number] => [key, Math.round(time)]);
  return new Map([...known, ...rounded].filter(([key]) => suite?.has(key) ?? true));
}

/**
 * Records how long each file took, for the next run's shards. A shard's own run writes nothing: those that come after it on the same
 * machine would share the files out otherwise than those before.
 *
 * @param suite the files that there are; undefined where only some were looked for
 */
export function recordDurations(
  vitest: Vitest,
  modules: readonly TestModule[],
  suite: ReadonlySet<string> | undefined,
): void {
  const { config } = vitest;
  // Where only its projects have the plugin, the root provides nothing.
  const projects = [vitest.getRootProject(), ...vitest.projects];
  const path = projects.map((project) => project.getProvidedContext().hairpin?.durations).find(Boolean);
  // How long a file takes on another kernel says nothing of this one.
  if (!path || config.shard || config.testNamePattern || mergedMachines().length > 0) return;
  const measured = new Map<string, number>();
  for (const module of modules) {
    if (module.state() !== 'passed' || ranElsewhere(module, vitest)) continue;
    const key = moduleKey(module);
    // Runs that are merged under labels have each file several times.
    measured.set(key, Math.max(measured.get(key) ?? 0, timeOf(module)));
  }
  writeDurations(path, updateDurations(readDurations(path), measured, suite));
}

/** All that a file takes of its worker. */
function timeOf(module: TestModule): number {
  const { duration, collectDuration, setupDuration, prepareDuration, environmentSetupDuration } = module.diagnostic();
  return duration + collectDuration + setupDuration + prepareDuration + environmentSetupDuration;
}

function entriesOf(text: string): [string, number][] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    return entries.every(([, time]) => Number.isFinite(time) && time >= 0) ? entries : undefined;
  } catch {
    return undefined;
  }
}
