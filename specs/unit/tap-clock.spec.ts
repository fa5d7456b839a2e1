import { expect, test } from 'vitest';
import { StampReader, TapClock } from '../../lib/kernel/taps/tap-clock.ts';

const HOUR = 3600;
const seconds = (count: number) => BigInt(Math.round(count * 1e9));

// No network: a wall clock and a monotonic clock that the test sets, in seconds.
function makeClocks() {
  let [wall, monotonic] = [1_000_000, 100];
  // How long the thread is kept between the two clocks.
  let kept = 0;
  const pass = (time: number) => {
    wall += time;
    monotonic += time;
  };
  const look = () => {
    pass(kept);
    return seconds(wall);
  };
  const clock = new TapClock({ wall: look, monotonic: () => seconds(monotonic) });
  return {
    clock,
    reader: new StampReader(clock),
    stamp: () => seconds(wall),
    pass,
    keep(time: number) {
      kept = time;
    },
    set(by: number) {
      wall += by;
    },
  };
}

test.for([HOUR, -HOUR])('time passes by what has passed, though the wall clock is set by %d s', (by) => {
  const { clock, stamp, pass, set } = makeClocks();
  const before = clock.now();
  pass(1);
  set(by);
  expect(clock.now() - before).toBe(seconds(1));
  expect(clock.now() + clock.steps).toBe(stamp());
});

test.for([HOUR, -HOUR])('frames before and after a step of %d s keep their order and their distances', (by) => {
  const { clock, reader, stamp, pass, set } = makeClocks();
  const start = clock.now();
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
  const { clock, reader, stamp, pass, set } = makeClocks();
  const start = clock.now();
  pass(1);
  set(0.0005);
  expect(reader.read([stamp()])).toEqual([start + seconds(1.0005)]);
  expect(clock.now()).toBe(start + seconds(1.0005));
});

test('a thread that waits for a processor between the two clocks, ever longer and then not at all, sees no step', () => {
  const { clock, reader, stamp, keep } = makeClocks();
  for (const time of [0.0009, 0.0018, 0.0027, 0]) {
    keep(time);
    clock.now();
  }
  expect(clock.steps).toBe(0n);
  const since = clock.now();
  expect(reader.read([stamp()])).toEqual([since]);
});

test.for([HOUR, -HOUR])('a step of %d s is measured when the thread is not kept', (by) => {
  const { clock, stamp, keep, set } = makeClocks();
  const before = clock.now();
  keep(0.05);
  set(by);
  // Each look is as bad, and the last one counts.
  expect(clock.now() - before).toBeLessThan(seconds(6));
  keep(0);
  clock.now();
  expect(clock.now() + clock.steps).toBe(stamp());
});
