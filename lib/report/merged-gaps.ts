import type { TestModule, Vitest } from 'vitest/node';
import { moduleKey } from './module-key.ts';
import { mergedMachines, projectName, splitProjectName } from './project-name.ts';
import { labelOf, withLabel } from './run-label.ts';

/** The files of a suite that ran in none of the merged runs, under each of their labels. */
export function mergedGaps(modules: readonly TestModule[], suite: ReadonlySet<string>, vitest: Vitest): string[] {
  // There each kernel is a project, whatever label its blob bears for other merges.
  if (mergedMachines().length > 0) return without(onEachMachine(modules), modules.map(moduleKey));
  const elsewhere = modules.filter((module) => ranElsewhere(module, vitest));
  const here = modules.filter((module) => !elsewhere.includes(module));
  const wanted = [...onEachLabel(here, suite), ...onEachLabel(elsewhere, elsewhere.map(moduleKey))];
  return without(
    wanted,
    modules.map((module) => withLabel(labelOf(module.meta()), moduleKey(module))),
  );
}

function without(wanted: readonly string[], ran: readonly string[]): string[] {
  return [...new Set(wanted)].filter((key) => !ran.includes(key)).sort();
}

/** Whether a file ran on another kernel, in a project that is called after that and is none of the merging run's. */
export function ranElsewhere({ id, project }: TestModule, { state }: Vitest): boolean {
  return (state.idMap.get(id)?.file.projectName ?? '') !== project.name;
}

function onEachLabel(modules: readonly TestModule[], keys: Iterable<string>): string[] {
  const labels = new Set(modules.map((module) => labelOf(module.meta())));
  const all = [...keys];
  return [...labels].flatMap((label) => all.map((key) => withLabel(label, key)));
}

/** A part of the suite may have run on other kernels, but the same part on each. */
function onEachMachine(modules: readonly TestModule[]): string[] {
  const files = modules.map(({ project, relativeModuleId }) => ({
    ...splitProjectName(project.name),
    path: relativeModuleId,
  }));
  return mergedMachines().flatMap((machine) =>
    files.map(({ project, path }) => `${projectName(project, machine)}: ${path}`),
  );
}
