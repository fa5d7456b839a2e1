import { expect, test } from 'vitest';
import { StampReader, TapClock } from '../../lib/kernel/tap-clock.ts';

const HOUR = 3600;
const seconds = (count: number) => BigInt(Math.round(count * 1e9));

// No network: a wall clock and a monotonic clock that the test sets, in seconds.
function makeClocks() {
  let [wall, monotonic] = [1_000_000, 100];
  const clock = new TapClock({ wall: () => seconds(wall), monotonic: () => seconds(monotonic) });
  return {
    clock,
    reader: new StampReader(clock),
    stamp: () => seconds(wall),
    pass(time: number) {
      wall += time;
      monotonic += time;
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
