import { expect, test, vi } from 'vitest';
import { fakeQuestion, inTurn } from './fake-asking.ts';
import { clock, pass } from './fake-clock.ts';

vi.mock(import('../../lib/kernel/clock.ts'), async (original) => ({
  ...(await original()),
  now: (await import('./fake-clock.ts')).now,
}));

const KNOWN = { reached: async () => true };

/** So many milliseconds later a wait is over than it should be. */
const STALL = 500;

test('two probes are enough where nothing is under way', async () => {
  const fake = fakeQuestion({ quiet: KNOWN });
  await fake.ask();
  expect(fake.sent).toBe(2);
  expect(clock.milliseconds).toBe(0);
});

test('they are enough however slow the machine is, where nobody has learnt an address', async () => {
  const fake = fakeQuestion({ quiet: { reached: () => pass(STALL).then(() => true) } });
  await fake.ask();
  expect(fake.sent).toBe(2);
});

test('a probe does not count when an address that it may have waited for was learnt too late', async () => {
  const fake = fakeQuestion({
    quiet: { reached: () => pass(STALL).then(() => true), learnt: (since) => since < STALL },
  });
  await fake.ask();
  expect(fake.sent).toBe(3);
});

test('an address that was learnt in time costs no probe', async () => {
  const fake = fakeQuestion({ quiet: { reached: () => pass(30).then(() => true), learnt: () => true } });
  await fake.ask();
  expect(fake.sent).toBe(2);
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
  const fake = fakeQuestion({ quiet: { ...KNOWN, rerouted } });
  await fake.ask();
  expect(fake.sent).toBe(4);
});

test('the probes that count are those behind it', async () => {
  const rerouted = inTurn(
    async () => false,
    async () => true,
    async () => false,
  );
  const fake = fakeQuestion({ quiet: { ...KNOWN, rerouted } });
  await fake.ask();
  expect(fake.sent).toBe(4);
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
  const fake = fakeQuestion();
  await fake.ask({ untilQuiet: false });
  // At 0, 10, 30 and 70 ms.
  expect(fake.sent).toBe(4);
  expect(clock.milliseconds).toBe(100);
});

test('what becomes unknown on the way is waited for by time', async () => {
  const fake = fakeQuestion({ quiet: { reached: inTurn<Promise<boolean>>(KNOWN.reached, async () => false) } });
  await fake.ask();
  expect(clock.milliseconds).toBeGreaterThanOrEqual(100);
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
  const fake = fakeQuestion({ asked: { milliseconds: () => 1000 } });
  await fake.ask();
  expect(clock.milliseconds).toBe(1100);
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
  const fake = fakeQuestion({ quiet: { seen: () => undefined } });
  await fake.ask();
  expect(clock.milliseconds).toBe(300);
});

test('what may be sent once is sent once', async () => {
  const quiet = { learnt: () => true, drained: () => pass(STALL).then(() => undefined) };
  for (const reached of [async () => false, () => pass(STALL).then(() => true)]) {
    const fake = fakeQuestion({ asked: { once: true }, quiet: { ...quiet, reached } });
    await fake.ask();
    expect(fake.sent).toBe(1);
  }
});

test('how long it is waited for may change on the way', async () => {
  const fake = fakeQuestion();
  fake.asked.milliseconds = () => (clock.milliseconds < 300 ? 1000 : 200);
  await fake.ask({ untilQuiet: false });
  expect(clock.milliseconds).toBeGreaterThanOrEqual(300);
  expect(clock.milliseconds).toBeLessThanOrEqual(400);
});

test('a frame that the machine may have lost was not lost to the network', async () => {
  const lost = inTurn<string | undefined>(
    () => 'the machine lost it',
    () => undefined,
  );
  const fake = fakeQuestion({ asked: { once: true }, quiet: { lost } });
  expect(await fake.ask()).toBe('the machine lost it');
});

test('a probe that the machine may have lost is sent again', async () => {
  const fake = fakeQuestion();
  let left = 2;
  fake.quiet.lost = () => (left-- > 0 ? 'the machine lost it' : undefined);
  expect(await fake.ask({ untilQuiet: false })).toBeUndefined();
  expect(fake.sent).toBe(6);
});

test('a machine that loses packets all the time leaves nothing known', async () => {
  const fake = fakeQuestion({ quiet: { lost: () => 'the machine lost it' } });
  expect(await fake.ask()).toBe('the machine lost it');
});

/** More frames than can be read, each time that somebody looks. */
const stormy = () => {
  let looks = 0;
  return { seen: () => ++looks * 20_000, looks: () => looks };
};

test('in a storm the taps are read no more, and all of the time is listened', async () => {
  const { seen, looks } = stormy();
  const fake = fakeQuestion({ quiet: { seen } });
  expect(await fake.ask()).toBeUndefined();
  expect(looks()).toBeLessThan(5);
  // Until its time is over, until it should be silent, and as long as noise is waited for.
  expect(clock.milliseconds).toBe(100 + 100 + 1500);
});

test('it is asked again in a storm, where nobody can read who has learnt an address late', async () => {
  const fake = fakeQuestion({ quiet: { seen: stormy().seen } });
  const calm = fakeQuestion();
  await calm.ask();
  fake.asked.send = () => {
    fake.answered = ++fake.sent > calm.sent;
  };
  await fake.ask();
  expect(fake.answered).toBe(true);
});

test('a storm that keeps the machine busy leaves nothing known', async () => {
  const fake = fakeQuestion({ quiet: { seen: stormy().seen, drained: () => pass(2000).then(() => undefined) } });
  expect(await fake.ask()).toMatch(/^the network did not become quiet/);
  expect(clock.milliseconds).toBeLessThan(10_000);
});

test('in a storm, too, what may be sent once is sent once', async () => {
  const fake = fakeQuestion({ asked: { once: true }, quiet: { seen: stormy().seen } });
  expect(await fake.ask()).toBeUndefined();
  expect(fake.sent).toBe(1);
});

test('where links lose packets by chance, silence may prove nothing, and an answer does', async () => {
  const doubt = (once: boolean) => (once ? 'the only one' : 'too few');
  expect(await fakeQuestion({ quiet: { doubt } }).ask()).toBe('too few');
  expect(await fakeQuestion({ asked: { once: true }, quiet: { doubt } }).ask()).toBe('the only one');
  const answered = fakeQuestion({ quiet: { doubt } });
  answered.answered = true;
  expect(await answered.ask()).toBe(undefined);
  const late = fakeQuestion({ quiet: { doubt } });
  late.quiet.drained = async () => {
    late.answered = true;
    return undefined;
  };
  expect(await late.ask()).toBe(undefined);
});

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
  const fake = fakeQuestion({ asked: { once: true }, quiet: { awaitsSession: () => clock.milliseconds < 5000 } });
  await fake.ask();
  expect(fake.sent).toBe(1);
  expect(clock.milliseconds).toBeGreaterThanOrEqual(5100);
});

test('waits until the kernel has repeated the first probe, if that may fare better and the spec gives no time', async () => {
  const takes = async (remembers: boolean, patience: object = {}, asked: object = { repeatedAfter: 1150 }) => {
    await fakeQuestion({ asked, quiet: { remembers: () => remembers } }).ask(patience);
    return clock.milliseconds;
  };
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
  const sent = async (remembers: boolean) => {
    const fake = fakeQuestion({ asked: { repeatedAfter: 1150 }, quiet: { remembers: () => remembers } });
    await fake.ask();
    return fake.sent;
  };
  expect(await sent(true)).toBe(await sent(false));
});

test.for(['remembers', 'mayBeHeld'] as const)('whether it %s may depend on connections', async (what) => {
  const takes = async (asked: object) => {
    await fakeQuestion({ asked, quiet: { [what]: (ofConnections: boolean) => ofConnections } }).ask();
    return clock.milliseconds;
  };
  expect(await takes({ repeatedAfter: 1150 })).toBeGreaterThanOrEqual(1000);
  expect(await takes({})).toBeLessThan(1000);
});

test('waits for the first packet of a program as long as toReach does, unless the spec gives a time', async () => {
  const takes = async (mayBeHeld: boolean, patience: object = {}, asked: object = {}) => {
    await fakeQuestion({ asked, quiet: { mayBeHeld: () => mayBeHeld } }).ask(patience);
    return clock.milliseconds;
  };
  expect(await takes(true)).toBeGreaterThanOrEqual(1000);
  expect(await takes(true, {}, { once: true })).toBeGreaterThanOrEqual(1000);
  expect(await takes(false)).toBeLessThan(1000);
  expect(await takes(true, { untilQuiet: false })).toBeLessThan(1000);
  expect(await takes(true, { isOneOfSeveral: true })).toBeLessThan(1000);
});

test('so long since an address was learnt late', async () => {
  const fake = fakeQuestion({
    quiet: { mayBeHeld: () => true, learnt: (since) => since < 600 && clock.milliseconds >= 600 },
  });
  await fake.ask();
  expect(clock.milliseconds).toBeGreaterThanOrEqual(1600);
  expect(clock.milliseconds).toBeLessThan(2200);
});

test('addresses that are always learnt late come to an end there, too', async () => {
  const fake = fakeQuestion({ quiet: { mayBeHeld: () => true, learnt: () => true } });
  fake.asked.send = () => {
    if (fake.sent++ > 1000) throw new Error('it never ends');
  };
  expect(await fake.ask()).toBeUndefined();
});
