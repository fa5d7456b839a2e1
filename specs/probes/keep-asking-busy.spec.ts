import { expect, test, vi } from 'vitest';
import { fakeQuestion, inTurn } from './fake-asking.ts';
import { clock, pass } from './fake-clock.ts';

vi.mock(import('../../lib/kernel/clock.ts'), async (original) => ({
  ...(await original()),
  now: (await import('./fake-clock.ts')).now,
}));

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
