import type { CauseFacts, Code, DeviceName } from '../../model/cause.ts';

/** A cause in words. */
export interface Said {
  /** What kept the frame, with the rule: `not sent back out of sw/p0: hairpin is off on that port`. */
  text: string;
  /** What to do about it. */
  hint?: string;
  /** The text for a reader who knows already what came of the probe. @default text */
  why?: string;
}

/** Everything that is said of a code. docs/diagnoses.md is made of these. */
export interface CodeWords<C extends Code> {
  /** What it means, with the kernel's function: a sentence or two. */
  means: string;
  /** What `say` says of these facts stands in the docs. */
  example: CauseFacts[C];
  say: (facts: CauseFacts[C]) => Said;
}

/** The words of all codes of some areas: `bridge.…`. */
export type WordsOf<Area extends string> = { [C in Extract<Code, `${Area}.${string}`>]: CodeWords<C> };

/** `set({ up: true })` in the spec's words. */
export function bringUp(device: DeviceName): string {
  return `bring it up: set({ up: true }) on ${device}`;
}

/** `p0` of `sw/p0`. */
export function ownName(device: DeviceName): string {
  return device.slice(device.indexOf('/') + 1);
}

/** `sw` of `sw/p0`. */
export function namespaceOf(device: DeviceName): string {
  return device.slice(0, device.indexOf('/'));
}
