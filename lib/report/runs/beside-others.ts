import { DefaultReporter, DotReporter, type Reporter, TapReporter } from 'vitest/node';

/** A reporter as vitest's config has it. */
type Configured = string | Reporter | readonly [name: unknown, options?: unknown];

/** Whether another reporter tells the run on the terminal, too; one that a config calls by a path is not known. */
export function isToldByAnother(self: Reporter, configured: readonly Configured[]): boolean {
  return configured.some((each) => {
    if (typeof each === 'object' && !isNamed(each))
      return each !== self && TELLERS.some((teller) => each instanceof teller);
    return NAMES.has(isNamed(each) ? each[0] : each);
  });
}

/** Takes from a reporter all that vitest's own does, but for what `kept` names: it prints nothing more. */
export function silence(reporter: DefaultReporter, kept: readonly string[]): void {
  const inherited = handlersOf(DefaultReporter.prototype).filter((name) => !kept.includes(name));
  Object.assign(reporter, Object.fromEntries(inherited.map((name) => [name, () => {}])));
}

const NAMES = new Set<unknown>(['default', 'verbose', 'tree', 'minimal', 'agent', 'dot', 'tap', 'tap-flat']);
const TELLERS = [DefaultReporter, DotReporter, TapReporter];

function isNamed(configured: Configured): configured is readonly [name: unknown, options?: unknown] {
  return Array.isArray(configured);
}

function handlersOf(prototype: object): string[] {
  const above: unknown = Object.getPrototypeOf(prototype);
  const own = Object.getOwnPropertyNames(prototype).filter((name) => name.startsWith('on'));
  return [...own, ...(typeof above === 'object' && above !== null ? handlersOf(above) : [])];
}
