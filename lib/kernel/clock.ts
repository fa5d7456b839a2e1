import { clearTimeout, setImmediate, setTimeout } from 'node:timers';
import { checked } from './checked.ts';
import { clockGettime } from './libc.ts';

// Taken at load, so that a spec's fake timers (vi.useFakeTimers) stop neither probes nor disposal.
const hrtime = process.hrtime.bigint;
const start = setTimeout;
const stop = clearTimeout;
const soon = setImmediate;

/** Milliseconds of the monotonic clock, with fractions. */
export function now(): number {
  return Number(hrtime()) / 1e6;
}

/** The same in nanoseconds, to be compared with what the kernel stamps by that clock. */
export function monotonicNanoseconds(): bigint {
  return hrtime();
}

const CLOCK_REALTIME = 0;
const timespec = Buffer.alloc(16);

/** Nanoseconds since 1970, by a clock that may be set at any time. */
export function realtimeNanoseconds(): bigint {
  checked('clock_gettime(CLOCK_REALTIME)', clockGettime(CLOCK_REALTIME, timespec));
  return timespec.readBigInt64LE(0) * 1_000_000_000n + timespec.readBigInt64LE(8);
}

/** Blocks this thread: for synchronous calls, which must not go back to the event loop. */
export function block(milliseconds: number): void {
  Atomics.wait(never, 0, 0, milliseconds);
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Calls back once, after at least so many milliseconds; the function returned calls it off. */
export function after(milliseconds: number, callback: () => void): () => void {
  const timer = start(callback, Math.max(0, Math.ceil(milliseconds)));
  return () => stop(timer);
}

/** Waits at least so many milliseconds: between two looks at something that the kernel does not tell of. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void after(milliseconds, resolve));
}

/**
 * Lets promises that were settled just now go on before the event loop sleeps again. Only callbacks that Node makes
 * itself end with a run of the microtasks; one that a native addon makes (`napi_call_function`) does not. Before Node
 * 26.4 each turn of the event loop ran them anyway (`RunAndClearNativeImmediates`).
 */
export function continuePromises(): void {
  soon(() => {});
}

/** One whole turn of the event loop: whoever waits for a descriptor that is ready has been told when this resolves. */
export async function turn(): Promise<void> {
  // The first may run right after the poll phase that called turn(). The second runs after a poll phase of its own, and
  // with it the promises that this phase settled; they have all gone on when the third runs.
  for (let count = 0; count < 3; count++) await new Promise<void>((resolve) => soon(resolve));
}
