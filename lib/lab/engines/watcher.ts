import { isObject, isPlainObject } from '../../base/plain-object.ts';
import { show } from '../../base/validate.ts';
import { onceInThread } from '../../kernel/threads/once-in-thread.ts';
import type { Cable } from '../cable.ts';
import type { Interface } from '../interface.ts';
import { checkAlive } from '../interface-state.ts';
import type { Namespace } from '../namespace.ts';

/** A part of a lab that `hairpin mutate` varies: a cable, a device on another such as a macvlan, a router. */
export type Part = Cable | Interface | Namespace;

/** Watches a spec build its lab and ask questions, and may interfere: `hairpin mutate`. */
export interface LabWatcher {
  /** A part has been made. */
  made(part: Part): void;
  /** A live change is about to be made, in the spec's words. Returns false to leave it out. */
  changing(words: string): boolean;
  /** The network is about to be asked something. */
  asked(): void;
  /** Something could not be made or changed, or was asked wrongly. */
  refused(during: 'building' | 'asking'): void;
  /** How long a question may wait for its answer, in place of this many milliseconds. */
  patience(milliseconds: number): number;
  /** An answer took this many milliseconds. */
  answered(milliseconds: number): void;
  /** Makes a ready-made network. A spec relies only on the parts that it takes out of the result. */
  readyMade<T extends object>(make: () => T): T;
}

/** `depth` counts nested calls of the library itself: only the calls of a spec are reported. */
const slot = onceInThread<{ watcher?: LabWatcher | undefined; depth: number }>('watcher', () => ({ depth: 0 }));

export function watch(watcher: LabWatcher | undefined): void {
  slot.watcher = watcher;
}

/** The watcher, if there is one and the call is not the library's own. */
export function watcher(): LabWatcher | undefined {
  return slot.depth === 0 ? slot.watcher : undefined;
}

/** Does something that the watcher must not see. */
export function unwatched<T>(action: () => T): T {
  slot.depth++;
  try {
    return action();
  } finally {
    slot.depth--;
  }
}

/** Makes a part. */
export function make<T extends Part>(action: () => T): T {
  const looking = watcher();
  if (!looking) return action();
  const part = build(looking, action);
  looking.made(part);
  return part;
}

/** Creates an object that `hairpin mutate` does not vary. */
export function createUnvaried<T>(action: () => T): T {
  const looking = watcher();
  return looking ? build(looking, action) : action();
}

/**
 * Changes an existing lab, as a spec calls it. The watcher may leave the change out.
 *
 * @param owner what has the method
 * @throws UsageError when it is deleted, or its lab is closed
 */
export function change(
  call: string,
  owner: Interface | Namespace,
  args: readonly unknown[],
  action: (call: string) => void,
): void {
  const checked = () => {
    checkAlive(call, owner);
    action(call);
  };
  const looking = watcher();
  if (!looking) checked();
  else if (looking.changing(`${call}(${words(args)})`)) build(looking, checked);
}

/** Registers that a spec asks an existing lab something. @throws UsageError as {@link change} does */
export function ask(call: string, owner: Interface | Namespace): void {
  checkAlive(call, owner);
  watcher()?.asked();
}

/** Makes a ready-made network of several parts. */
export function makeReady<T extends object>(action: () => T): T {
  return watcher()?.readyMade(action) ?? action();
}

/** Arguments as a spec writes them, without options of which none is given. */
function words(args: readonly unknown[]): string {
  return args
    .filter((arg) => arg !== undefined && !(isPlainObject(arg) && Object.keys(arg).length === 0))
    .map(word)
    .join(', ');
}

function word(value: unknown): string {
  if (!isObject(value)) return show(value);
  // Devices and namespaces, by their names.
  if (!isPlainObject(value)) return String(value);
  return `{ ${Object.entries(value)
    .map(([option, given]) => `${option}: ${word(given)}`)
    .join(', ')} }`;
}

function build<T>(looking: LabWatcher, action: () => T): T {
  try {
    return unwatched(action);
  } catch (error) {
    looking.refused('building');
    throw error;
  }
}
