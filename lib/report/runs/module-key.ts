import { relative, sep } from 'node:path';
import type { TestModule, TestSpecification } from 'vitest/node';

/** A test file as every machine calls it: its path from its project's root, with the project where there are several. */
export function moduleKey({ project, relativeModuleId }: TestModule): string {
  return withLabel(project.name, relativeModuleId);
}

/** The same of a file that is yet to be run. */
export function specificationKey({ project, moduleId }: TestSpecification): string {
  return withLabel(project.name, relative(project.config.root, moduleId).split(sep).join('/'));
}

/** A file's name with that of its project or of its run, where it has one: `sudo: specs/a.spec.ts`. */
export function withLabel(label: string | undefined, name: string): string {
  return label ? `${label}: ${name}` : name;
}
