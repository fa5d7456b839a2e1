import { InvalidArgumentError } from 'commander';

/** Parses an option or argument that must not be empty: a shell's variable that is not set must not pass for a name. */
export function named(value: string): string {
  if (value === '') throw new InvalidArgumentError('It must not be empty.');
  return value;
}

/** The same of one that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, named(value)];
}
