import { clearTimeout, setTimeout } from 'node:timers';
import { clockGettime } from './libc.ts';

// Taken at load, so that a spec's fake timers (vi.useFakeTimers) stop neither probes nor disposal.
const hrtime = process.hrtime.bigint;
const start = setTimeout;
const stop = clearTimeout;

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
  clockGettime(CLOCK_REALTIME, timespec);
  return timespec.readBigInt64LE(0) * 1_000_000_000n + timespec.readBigInt64LE(8);
}

/** Calls back once, after at least so many milliseconds; the function returned calls it off. */
export function after(milliseconds: number, callback: () => void): () => void {
  const timer = start(callback, Math.max(0, Math.ceil(milliseconds)));
  return () => stop(timer);
}
