import { harmless } from '../base/visible-text.ts';

/** Prints a warning that belongs to no test. */
export function warn(sentence: string): void {
  process.stderr.write(`hairpin: ${harmless(sentence)}\n`);
}

/** Says something of the test that runs; vitest shows it beside its name. */
export function logBesideTest(text: string): void {
  console.log(harmless(text));
}
