import type { Cause, CauseFacts, Code, DeviceName } from '../../model/cause.ts';

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
export type CodeWords<C extends Code> = CommonWords<CauseFacts[C]> & OptionalWords<CauseFacts[C]>;

interface CommonWords<Facts> {
  /** What it means, with the kernel's function: a sentence or two. */
  means: string;
  /** What a fact means, if its name does not say so. */
  facts?: { [F in Exclude<keyof Facts, OptionalOf<Facts>>]?: string };
  /** The docs show what `say` says of these facts. */
  example: Facts;
  /** @param sayOther what is said of a cause that is one of the facts */
  say: (facts: Facts, sayOther: (cause: Cause) => Said) => Said;
}

/** Facts that may be missing: what each means, and when it is there. */
type OptionalWords<Facts> = [OptionalOf<Facts>] extends [never]
  ? { optional?: never }
  : { optional: { [F in OptionalOf<Facts>]: string } };

type OptionalOf<Facts> = { [F in keyof Facts]-?: Record<never, never> extends Pick<Facts, F> ? F : never }[keyof Facts];

/** What `asked` means wherever it is optional. */
export const ASKED = 'the lost question by ARP or ND, if it was one: `by` asked for `address`';

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
