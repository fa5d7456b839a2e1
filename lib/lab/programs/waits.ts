import { onceInThread } from '../../kernel/threads/once-in-thread.ts';
import type { Lab } from '../lab.ts';

/** Something that a spec waits for, or may wait for: a test whose time is over says what it was. */
export interface Wait {
  readonly lab: Lab;
  /** As the spec has it: `a.exec('cat', [])`. */
  readonly words: string;
  /** The stack of the spec's line, without a title. */
  readonly frames: string;
  /** Whether the spec waits for it; else it only goes on beside the test: a program. */
  readonly isAwaited: boolean;
  /** When it began, by the monotonic clock. */
  readonly since: number;
  /** How far it has come and what it waits for, a line each. */
  state(): string[];
}

const waits = onceInThread('waits', () => new Set<Wait>());

/** Registers a wait until the promise is settled. */
export function registerWait(wait: Wait, promise: PromiseLike<unknown>): void {
  waits.add(wait);
  const forget = () => void waits.delete(wait);
  promise.then(forget, forget);
}

/** What is waited for now, in the order in which it began. */
export function pendingWaits(): Wait[] {
  return [...waits];
}

/** The stack above a function, whose caller is the spec, without a title. */
export function framesOf(caller: (...args: never[]) => unknown): string {
  const place = { stack: '' };
  Error.captureStackTrace(place, caller);
  return place.stack.slice(place.stack.indexOf('\n') + 1);
}
