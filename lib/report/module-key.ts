import { relative, sep } from 'node:path';
import type { TestModule, TestSpecification } from 'vitest/node';

/** A test file as every machine calls it: its path from its project's root, with the project where there are several. */
export function moduleKey({ project, relativeModuleId }: TestModule): string {
  return withProject(project.name, relativeModuleId);
}

/** The same of a file that is yet to be run. */
export function specificationKey({ project, moduleId }: TestSpecification): string {
  return withProject(project.name, relative(project.config.root, moduleId).split(sep).join('/'));
}

export function withProject(project: string, path: string): string {
  return project ? `${project}: ${path}` : path;
}
