import type { TestModule, Vitest } from 'vitest/node';
import { moduleKey, withLabel } from './module-key.ts';
import { mergedMachines, projectName, splitProjectName } from './project-name.ts';
import { labelOf } from './run-label.ts';

/** The files of a suite that ran in none of the merged runs, under each of their labels. */
export function mergedGaps(modules: readonly TestModule[], suite: ReadonlySet<string>, vitest: Vitest): string[] {
  // There each kernel is a project, whatever label its blob bears for other merges.
  if (mergedMachines().length > 0) return without(onEachMachine(modules), modules.map(moduleKey));
  const elsewhere = modules.filter((module) => ranElsewhere(module, vitest));
  const here = modules.filter((module) => !elsewhere.includes(module));
  // Beside runs of this kernel others may have run a part of the suite, but the same part on each.
  const part = here.length > 0 ? elsewhere.map((module) => keyElsewhere(module, vitest)) : suite;
  return [
    ...gaps(here, suite, (module) => labelOf(module.meta()), moduleKey),
    ...gaps(
      elsewhere,
      part,
      (module) => labelOf(module.meta()) ?? machineOf(module, vitest),
      (module) => keyElsewhere(module, vitest),
    ),
  ];
}

/** Whether a file ran on another kernel, in a project that is called after that and is none of the merging run's. */
export function ranElsewhere(module: TestModule, vitest: Vitest): boolean {
  return nameThere(module, vitest) !== module.project.name;
}

/** A file as it is called on this kernel, with the kernel of the merged ones that it ran on. */
export function placeOf(module: TestModule, vitest: Vitest): { key: string; machine?: string } {
  if (mergedMachines().length > 0) {
    const { project, machine } = splitProjectName(module.project.name);
    return { key: withLabel(project, module.relativeModuleId), ...(machine ? { machine } : {}) };
  }
  if (!ranElsewhere(module, vitest)) return { key: moduleKey(module) };
  return { key: keyElsewhere(module, vitest), machine: machineOf(module, vitest) };
}

/** What each label's runs lack of what is wanted. */
function gaps(
  modules: readonly TestModule[],
  wanted: Iterable<string>,
  label: (module: TestModule) => string | undefined,
  key: (module: TestModule) => string,
): string[] {
  const all = [...wanted];
  return [...Map.groupBy(modules, label)].flatMap(([name, own]) =>
    without(all, own.map(key)).map((missing) => withLabel(name, missing)),
  );
}

function without(wanted: readonly string[], ran: readonly string[]): string[] {
  return [...new Set(wanted)].filter((key) => !ran.includes(key)).sort();
}

/** As its blob has it: vitest takes a project that it does not know for its first. */
function nameThere({ id, project }: TestModule, { state }: Vitest): string {
  return state.idMap.get(id)?.file.projectName ?? project.name;
}

/** `unit 6.1.0-56-amd64`: a kernel's name has no blanks. */
function machineOf(module: TestModule, vitest: Vitest): string {
  return nameThere(module, vitest).split(' ').at(-1) ?? '';
}

/** A file as it is called here: without the kernel. */
function keyElsewhere(module: TestModule, vitest: Vitest): string {
  const project = nameThere(module, vitest).split(' ').slice(0, -1).join(' ');
  return withLabel(project, module.relativeModuleId);
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
