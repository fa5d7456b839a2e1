import { basename } from 'node:path';

/** What a kernel's folder of modules says: the files as `depmod` writes them. */
export interface ModuleIndex {
  /** `modules.dep`: each module's path, with those that it needs behind the colon, the last first. */
  dependencies: string;
  /** `modules.builtin`: what the image has in itself. */
  builtin: string;
}

/**
 * The modules to load so that each of `names` is there, in the order in which to load them.
 *
 * @returns paths below the folder of modules, and the names that the kernel has neither as a module nor in itself
 */
export function moduleClosure(index: ModuleIndex, names: readonly string[]): { paths: string[]; missing: string[] } {
  const dependencies = new Map(
    index.dependencies
      .split('\n')
      .map((line) => line.split(':'))
      .filter(([path]) => path)
      .map(([path = '', needs = '']) => [path, needs.split(' ').filter(Boolean)] as const),
  );
  const pathOf = new Map([...dependencies.keys()].map((path) => [moduleName(path), path]));
  const builtin = new Set(index.builtin.split('\n').filter(Boolean).map(moduleName));
  const missing = names.filter((name) => !pathOf.has(name) && !builtin.has(name));
  const wanted = names.flatMap((name) => pathOf.get(name) ?? []);
  // modules.dep lists all that a module needs, those of its needs too, each before the ones that it needs itself.
  const paths = wanted.flatMap((path) => [...(dependencies.get(path) ?? []).toReversed(), path]);
  return { paths: [...new Set(paths)], missing };
}

/** `virtio_pci` for `kernel/drivers/virtio/virtio-pci.ko.xz`: the kernel takes dash and underscore for the same. */
function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}
