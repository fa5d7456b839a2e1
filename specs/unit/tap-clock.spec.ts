import { beforeEach, expect, test, vi } from 'vitest';

// No network: a wall clock and a monotonic clock that the test sets, in seconds.
const clocks = vi.hoisted(() => ({ wall: 1_000_000, monotonic: 100 }));
const seconds = (count: number) => BigInt(Math.round(count * 1e9));
vi.mock('../../lib/kernel/clock.ts', () => ({
  realtimeNanoseconds: () => seconds(clocks.wall),
  monotonicNanoseconds: () => seconds(clocks.monotonic),
}));
const { StampReader, tapTime, wallTime } = await import('../../lib/kernel/tap-clock.ts');

const HOUR = 3600;
const pass = (time: number) => {
  clocks.wall += time;
  clocks.monotonic += time;
};
const set = (by: number) => {
  clocks.wall += by;
};
const stamp = () => seconds(clocks.wall);

beforeEach(() => pass(1));

test.for([HOUR, -HOUR])('time passes by what has passed, though the wall clock is set by %d s', (by) => {
  const before = tapTime();
  pass(1);
  set(by);
  expect(tapTime() - before).toBe(seconds(1));
  expect(wallTime(tapTime())).toBe(stamp());
});

test.for([HOUR, -HOUR])('frames before and after a step of %d s keep their order and their distances', (by) => {
  const reader = new StampReader();
  const start = tapTime();
  const stamps: bigint[] = [];
  for (let frame = 0; frame < 4; frame++) {
    pass(0.25);
    if (frame === 2) set(by);
    stamps.push(stamp());
  }
  pass(0.25);
  expect(reader.read(stamps).map((time) => time - start)).toEqual([0.25, 0.5, 0.75, 1].map(seconds));
  pass(1);
  expect(reader.read([stamp()]).map((time) => time - start)).toEqual([seconds(2.25)]);
});

test('a clock that is slewed takes its stamps along', () => {
  const reader = new StampReader();
  const start = tapTime();
  pass(1);
  set(0.0005);
  expect(reader.read([stamp()])).toEqual([start + seconds(1.0005)]);
  expect(tapTime()).toBe(start + seconds(1.0005));
});
