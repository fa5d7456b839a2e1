import { expect, test, vi } from 'vitest';
import { fakeQuestion, inTurn, timesSent, timeTaken } from './fake-asking.ts';
import { clock, pass } from './fake-clock.ts';

vi.mock(import('../../lib/kernel/clock.ts'), async (original) => ({
  ...(await original()),
  now: (await import('./fake-clock.ts')).now,
}));

const KNOWN = { reached: async () => true };

/** So many milliseconds later a wait is over than it should be. */
const STALL = 500;

test('two probes are enough where nothing is under way', async () => {
  expect(await timesSent({ quiet: KNOWN })).toBe(2);
  expect(clock.milliseconds).toBe(0);
});

test('they are enough however slow the machine is, where nobody has learnt an address', async () => {
  expect(await timesSent({ quiet: { reached: () => pass(STALL).then(() => true) } })).toBe(2);
});

test('a probe does not count when an address that it may have waited for was learnt too late', async () => {
  expect(
    await timesSent({
      quiet: { reached: () => pass(STALL).then(() => true), learnt: (since) => since < STALL },
    }),
  ).toBe(3);
});

test('an address that was learnt in time costs no probe', async () => {
  expect(await timesSent({ quiet: { reached: () => pass(30).then(() => true), learnt: () => true } })).toBe(2);
});

test('addresses that are always learnt too late come to an end', async () => {
  const fake = fakeQuestion({ quiet: { reached: () => pass(STALL).then(() => true), learnt: () => true } });
  expect(await fake.ask()).toBeUndefined();
  expect(fake.sent).toBeLessThan(50);
});

test('a probe does not count when a host gave up a next hop behind it', async () => {
  const rerouted = inTurn(
    async () => true,
    async () => true,
    async () => false,
  );
  expect(await timesSent({ quiet: { ...KNOWN, rerouted } })).toBe(4);
});

test('the probes that count are those behind it', async () => {
  const rerouted = inTurn(
    async () => false,
    async () => true,
    async () => false,
  );
  expect(await timesSent({ quiet: { ...KNOWN, rerouted } })).toBe(4);
});

test('so it is where the time decides', async () => {
  const fake = fakeQuestion();
  fake.quiet.rerouted = async () => !fake.answered;
  fake.asked.send = () => {
    fake.answered = fake.sent++ === 4;
  };
  await fake.ask();
  expect(fake.answered).toBe(true);
});

test('next hops that are given up for ever come to an end', async () => {
  const fake = fakeQuestion({ quiet: { ...KNOWN, rerouted: async () => true } });
  expect(await fake.ask()).toBeUndefined();
  expect(fake.sent).toBeLessThan(50);
});

test('where probes fare by chance, it takes more of them', async () => {
  const known = fakeQuestion({ quiet: { ...KNOWN, probes: () => 20 } });
  await known.ask();
  expect(known.sent).toBe(20);
  const unknown = fakeQuestion({ quiet: { probes: () => 20 } });
  await unknown.ask();
  expect(unknown.sent).toBe(20);
});

test('without knowing the queues, a question is asked again until its time is over', async () => {
  // At 0, 10, 30 and 70 ms.
  expect(await timesSent({}, { untilQuiet: false })).toBe(4);
  expect(clock.milliseconds).toBe(100);
});

test('what becomes unknown on the way is waited for by time', async () => {
  expect(
    await timeTaken({ quiet: { reached: inTurn<Promise<boolean>>(KNOWN.reached, async () => false) } }),
  ).toBeGreaterThanOrEqual(100);
});

test('an answer ends it at once', async () => {
  const fake = fakeQuestion();
  fake.asked.send = () => {
    fake.answered = true;
  };
  await fake.ask();
  expect(clock.milliseconds).toBe(0);
});

test('a wait that a stall made longer does not count', async () => {
  let stalls = 3;
  const fake = fakeQuestion();
  fake.asked.wait = (milliseconds) => pass(milliseconds + (stalls-- > 0 ? STALL : 0));
  // Listened for: what no stall made longer.
  fake.asked.send = (attempt) => {
    fake.sent++;
    fake.answered = attempt === 3;
  };
  await fake.ask({ untilQuiet: false });
  expect(fake.answered).toBe(true);
  expect(fake.sent).toBe(4);
});

test('a wait that something else ended early counts for as long as it took', async () => {
  const fake = fakeQuestion();
  fake.asked.wait = (milliseconds) => pass(milliseconds / 2);
  await fake.ask({ untilQuiet: false });
  expect(clock.milliseconds).toBeGreaterThan(99);
});

test('a machine that never recovers keeps no question for ever', async () => {
  const fake = fakeQuestion();
  fake.asked.wait = (milliseconds) => pass(milliseconds + STALL);
  expect(await fake.ask()).toBeUndefined();
});

test('the last look reads once more behind the queues', async () => {
  const fake = fakeQuestion();
  fake.quiet.drained = async () => {
    fake.answered = true;
    return undefined;
  };
  const read = vi.spyOn(fake.asked, 'read');
  await fake.ask({ untilQuiet: false });
  expect(read).toHaveLastReturnedWith(true);
});

test('it goes on as long as the network does', async () => {
  const fake = fakeQuestion();
  // A program sends, so that another has something to do.
  let hops = 3;
  fake.quiet.drained = async () => {
    if (hops > 0) fake.seen++;
    fake.answered = hops-- === 0;
    return undefined;
  };
  await fake.ask({ untilQuiet: false });
  expect(fake.answered).toBe(true);
});

test('queues that cannot be emptied leave nothing known', async () => {
  const fake = fakeQuestion({ quiet: { drained: async () => 'the machine is too busy' } });
  expect(await fake.ask({ untilQuiet: false })).toBe('the machine is too busy');
});

test('an answer counts, whatever cannot be emptied besides', async () => {
  const fake = fakeQuestion();
  fake.quiet.drained = async () => {
    fake.answered = true;
    return 'the machine is too busy';
  };
  expect(await fake.ask()).toBeUndefined();
});

test('it is asked again where an address was learnt only when the queues were emptied', async () => {
  const fake = fakeQuestion();
  let learntAt = Number.POSITIVE_INFINITY;
  fake.quiet.drained = async () => {
    if (learntAt === Number.POSITIVE_INFINITY) {
      await pass(STALL);
      fake.seen++;
      learntAt = clock.milliseconds;
    }
    return undefined;
  };
  fake.quiet.learnt = (since) => learntAt !== Number.POSITIVE_INFINITY && since < learntAt;
  fake.asked.send = () => {
    fake.answered = learntAt !== Number.POSITIVE_INFINITY;
  };
  await fake.ask();
  expect(fake.answered).toBe(true);
});

test('each hop of an answer may take as long as a question is held', async () => {
  const fake = fakeQuestion();
  // A hop at 190 ms, 280, 370 …
  fake.asked.wait = async (milliseconds) => {
    await pass(milliseconds);
    fake.seen = Math.min(8, Math.floor(clock.milliseconds / 90));
    fake.answered = fake.seen === 8;
  };
  await fake.ask();
  expect(fake.answered).toBe(true);
});

test('a hop that is seen to be slow makes the silence longer that is waited for', async () => {
  const fake = fakeQuestion();
  fake.asked.wait = async (milliseconds) => {
    await pass(milliseconds);
    fake.seen = clock.milliseconds < 150 ? 0 : 1;
    fake.answered = clock.milliseconds >= 700;
  };
  fake.quiet.slowestHop = () => (fake.seen === 0 ? 0 : 300);
  await fake.ask();
  expect(fake.answered).toBe(true);
});

test('other traffic that never ends comes to an end', async () => {
  const fake = fakeQuestion();
  fake.asked.wait = async (milliseconds) => {
    await pass(milliseconds);
    fake.seen++;
  };
  expect(await fake.ask()).toBeUndefined();
  expect(clock.milliseconds).toBeLessThan(2000);
});

test('so does traffic that goes on while the queues are emptied', async () => {
  const fake = fakeQuestion();
  // However long that takes: it is no storm.
  fake.quiet.drained = () => pass(2000).then(() => void fake.seen++);
  expect(await fake.ask({ untilQuiet: false })).toBeUndefined();
});

test('what is waited for longer takes no longer to become silent', async () => {
  expect(await timeTaken({ asked: { milliseconds: () => 1000 } })).toBe(1100);
});

test('where a spec says how long, no silence is waited for', async () => {
  const fake = fakeQuestion();
  fake.asked.wait = async (milliseconds) => {
    await pass(milliseconds);
    fake.seen++;
  };
  await fake.ask({ untilQuiet: false });
  expect(clock.milliseconds).toBe(100);
});

test('without taps, time stands for silence', async () => {
  expect(await timeTaken({ quiet: { seen: () => undefined } })).toBe(300);
});

test('what may be sent once is sent once', async () => {
  const quiet = { learnt: () => true, drained: () => pass(STALL).then(() => undefined) };
  for (const reached of [async () => false, () => pass(STALL).then(() => true)]) {
    expect(await timesSent({ asked: { once: true }, quiet: { ...quiet, reached } })).toBe(1);
  }
});

test('how long it is waited for may change on the way', async () => {
  const fake = fakeQuestion();
  fake.asked.milliseconds = () => (clock.milliseconds < 300 ? 1000 : 200);
  await fake.ask({ untilQuiet: false });
  expect(clock.milliseconds).toBeGreaterThanOrEqual(300);
  expect(clock.milliseconds).toBeLessThanOrEqual(400);
});
