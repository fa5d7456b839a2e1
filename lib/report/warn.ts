import { harmless } from '../kernel/visible-text.ts';

/** Says beside the tests what is no failure of one. */
export function warn(sentence: string): void {
  process.stderr.write(`hairpin: ${harmless(sentence)}\n`);
}

/** Says something of the test that runs; vitest shows it beside its name. */
export function logBesideTest(text: string): void {
  console.log(harmless(text));
}
