import type { ListedTest } from '../page-data.ts';

/** A folder, with the files of it that have tests in the list. */
export interface Folder {
  /** `core: specs/lab`; empty for files that are in none. */
  name: string;
  failed: number;
  files: File[];
}

export interface File {
  /** As the tests have it. */
  path: string;
  /** Without the folder. */
  name: string;
  failed: number;
  /** The tests' numbers. */
  tests: number[];
}

/** The tests of the list by folder and file, in their order. */
export function treeOf(tests: readonly ListedTest[], numbers: readonly number[]): Folder[] {
  const files = [...Map.groupBy(numbers, (number) => tests[number]?.file ?? '')].map(([path, own]) => ({
    path,
    name: path.slice(path.lastIndexOf('/') + 1),
    failed: own.filter((number) => tests[number]?.state === 'failed').length,
    tests: own,
  }));
  return [...Map.groupBy(files, ({ path }) => folderOf(path))].map(([name, own]) => ({
    name,
    failed: own.reduce((sum, { failed }) => sum + failed, 0),
    files: own,
  }));
}

/** `core: specs/lab` of `core: specs/lab/vlan.spec.ts`; of a file in no folder nothing. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
