import type { TestModule, Vitest } from 'vitest/node';
import { readDurations, updateDurations, writeDurations } from './durations.ts';
import { ranElsewhere } from './merged-gaps.ts';
import { moduleKey } from './module-key.ts';
import { mergedMachines } from './project-name.ts';

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
