/**
 * Makes an object once in a thread, and returns it ever after. A constant of a module is not enough: with `isolate: false` vitest
 * loads a module again for each file, and beside a spec's copy of the library there is the test runner's.
 *
 * @param name a name that no other call uses
 * @example const waits = onceInThread('waits', () => new Set<Wait>());
 */
export function onceInThread<T extends object>(name: string, make: () => T): T {
  const key = Symbol.for(`hairpin.${name}`);
  const made = globalThis as { [key]?: T };
  made[key] ??= make();
  return made[key];
}
