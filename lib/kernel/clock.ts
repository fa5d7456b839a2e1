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

/** Nanoseconds since 1970, by the clock that the kernel stamps frames with. */
export function realtimeNanoseconds(): bigint {
  checked('clock_gettime(CLOCK_REALTIME)', clockGettime(CLOCK_REALTIME, timespec));
  return timespec.readBigInt64LE(0) * 1_000_000_000n + timespec.readBigInt64LE(8);
}

/** Calls back once, after at least so many milliseconds; the function returned calls it off. */
export function after(milliseconds: number, callback: () => void): () => void {
  const timer = start(callback, Math.max(0, Math.ceil(milliseconds)));
  return () => stop(timer);
}

/** One whole turn of the event loop: whoever waits for a descriptor that is ready has been told when this resolves. */
export async function turn(): Promise<void> {
  // The first may run right behind the poll phase that called it; the second has one of its own before it.
  for (let count = 0; count < 2; count++) await new Promise<void>((resolve) => soon(resolve));
}
