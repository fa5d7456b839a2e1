import { expect, test, vi } from 'vitest';
import { fakeQuestion, timesSent, timeTaken } from './fake-asking.ts';
import { clock } from './fake-clock.ts';

vi.mock(import('../../lib/kernel/clock.ts'), async (original) => ({
  ...(await original()),
  now: (await import('./fake-clock.ts')).now,
}));

test('asks on until a tunnel may ask its peer for a session, and gives the peer its time', async () => {
  const fake = fakeQuestion({
    asked: { read: () => clock.milliseconds >= 5010 },
    quiet: { awaitsSession: () => clock.milliseconds < 5000 },
  });
  expect(await fake.ask({ milliseconds: 100, untilQuiet: false })).toBeUndefined();
  expect(fake.sent).toBeGreaterThan(40);
  expect(clock.milliseconds).toBeGreaterThanOrEqual(5000);
  const silent = fakeQuestion({ quiet: { awaitsSession: () => clock.milliseconds < 5000 } });
  await silent.ask({ milliseconds: 100, untilQuiet: false });
  expect(clock.milliseconds).toBeGreaterThanOrEqual(5100);
});

test('a frame that is sent only once may wait for a session, too', async () => {
  expect(await timesSent({ asked: { once: true }, quiet: { awaitsSession: () => clock.milliseconds < 5000 } })).toBe(1);
  expect(clock.milliseconds).toBeGreaterThanOrEqual(5100);
});

test('asks on until a bond has had the time to notice a dead slave, and then once more', async () => {
  const quiet = { memberChange: () => 2000 };
  const fake = fakeQuestion({ asked: { read: () => clock.milliseconds >= 2050 }, quiet });
  expect(await fake.ask()).toBeUndefined();
  expect(fake.sent).toBeGreaterThan(20);
  expect(clock.milliseconds).toBeGreaterThanOrEqual(2050);
  // A time that the spec gives is kept, and a frame is sent once.
  expect(await timeTaken({ quiet }, { untilQuiet: false })).toBeLessThan(2000);
  expect(await timesSent({ asked: { once: true }, quiet })).toBe(1);
});

test('waits until the kernel has repeated the first probe, if that may fare better and the spec gives no time', async () => {
  const takes = (remembers: boolean, patience: object = {}, asked: object = { repeatedAfter: 1150 }) =>
    timeTaken({ asked, quiet: { remembers: () => remembers } }, patience);
  expect(await takes(true)).toBeGreaterThanOrEqual(1150);
  expect(await takes(false)).toBeLessThan(1150);
  expect(await takes(true, { untilQuiet: false })).toBeLessThan(1150);
  // What the kernel does not repeat is asked again as long as `toReach` asks.
  expect(await takes(true, {}, {})).toBeGreaterThanOrEqual(1000);
  expect(await takes(true, {}, { once: true })).toBeLessThan(1000);
});

test('sends more packets of the first connection, if a filter may let them pass, also for an answer that is wanted', async () => {
  const repetitions = async (remembers: boolean, patience: object = {}) => {
    const repeat = vi.fn();
    await fakeQuestion({ asked: { repeat }, quiet: { remembers: () => remembers } }).ask(patience);
    return repeat.mock.calls.length;
  };
  expect(await repetitions(true)).toBeGreaterThan(4);
  expect(await repetitions(true, { untilQuiet: false, milliseconds: 1000 })).toBeGreaterThan(4);
  expect(await repetitions(false)).toBe(0);
});

test('what the kernel repeats is not sent again meanwhile', async () => {
  const sent = (remembers: boolean) =>
    timesSent({ asked: { repeatedAfter: 1150 }, quiet: { remembers: () => remembers } });
  expect(await sent(true)).toBe(await sent(false));
});

test.for(['remembers', 'mayBeHeld'] as const)('whether it %s may depend on connections', async (what) => {
  const takes = (asked: object) => timeTaken({ asked, quiet: { [what]: (ofConnections: boolean) => ofConnections } });
  expect(await takes({ repeatedAfter: 1150 })).toBeGreaterThanOrEqual(1000);
  expect(await takes({})).toBeLessThan(1000);
});

test('waits for the first packet of a program as long as toReach does, unless the spec gives a time', async () => {
  const takes = (mayBeHeld: boolean, patience: object = {}, asked: object = {}) =>
    timeTaken({ asked, quiet: { mayBeHeld: () => mayBeHeld } }, patience);
  expect(await takes(true)).toBeGreaterThanOrEqual(1000);
  expect(await takes(true, {}, { once: true })).toBeGreaterThanOrEqual(1000);
  expect(await takes(false)).toBeLessThan(1000);
  expect(await takes(true, { untilQuiet: false })).toBeLessThan(1000);
  expect(await takes(true, { isOneOfSeveral: true })).toBeLessThan(1000);
});

test('so long since an address was learnt late', async () => {
  expect(
    await timeTaken({
      quiet: { mayBeHeld: () => true, learnt: (since) => since < 600 && clock.milliseconds >= 600 },
    }),
  ).toBeGreaterThanOrEqual(1600);
  expect(clock.milliseconds).toBeLessThan(2200);
});

test('addresses that are always learnt late come to an end there, too', async () => {
  const fake = fakeQuestion({ quiet: { mayBeHeld: () => true, learnt: () => true } });
  fake.asked.send = () => {
    if (fake.sent++ > 1000) throw new Error('it never ends');
  };
  expect(await fake.ask()).toBeUndefined();
});
