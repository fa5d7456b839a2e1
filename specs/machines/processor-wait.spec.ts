import { expect, test } from 'hairpin';
import { GuestClock } from '../../lib/machines/guest-clock.ts';
import { afterRunning, processorWait } from '../../lib/machines/processor-wait.ts';
import { handClock } from './hand-clock.ts';

test('a time-out of a guest is extended by the time that the guest waited for a processor', () => {
  const hand = handClock();
  const clock = new GuestClock(false, hand);
  let waited = 0;
  let isOver = false;
  afterRunning(
    clock,
    1000,
    () => waited,
    () => (isOver = true),
  );
  waited = 900;
  hand.pass(1000);
  expect(isOver).toBe(false);
  waited = 950;
  hand.pass(900);
  expect(isOver, 'it has had 950 ms').toBe(false);
  hand.pass(50);
  expect(isOver).toBe(true);
});

// host: one ───┬─ a processor
//       other ─┘
test('of two programs that want one processor, each waits for it', async ({ lab }) => {
  const host = lab.namespace('host');
  // The lab ends them.
  const turn = () => host.exec('taskset', ['-c', '0', 'sh', '-c', 'while :; do :; done'], { reject: false });
  const [one, other] = [turn(), turn()];
  await expect.poll(() => processorWait(one.pid)).toBeGreaterThan(100);
  await expect.poll(() => processorWait(other.pid)).toBeGreaterThan(100);
});

test('a program that has ended waits for no processor', () => {
  expect(processorWait(undefined)).toBe(0);
  expect(processorWait(2 ** 22 + 1)).toBe(0);
});
