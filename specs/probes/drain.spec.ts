import { expect, test } from 'hairpin';
import { drain } from '../../lib/probes/drain.ts';
import { fakeQuestion } from './fake-asking.ts';

// No lab: a frame that is still so many queues from its goal.
test('what leaves one queue for another is waited for', async () => {
  let queues = 3;
  const fake = fakeQuestion({
    quiet: {
      drained: async () => {
        if (queues === 0) return undefined;
        queues--;
        fake.seen++;
        return undefined;
      },
    },
  });
  expect(await drain(fake.quiet)).toBeUndefined();
  expect(queues).toBe(0);
});

test('a machine that does not get round to it ends the wait, with the reason', async () => {
  const fake = fakeQuestion({
    quiet: {
      drained: async () => {
        fake.seen++;
        return 'the machine is too busy';
      },
    },
  });
  expect(await drain(fake.quiet)).toBe('the machine is too busy');
});

test('traffic that never ends does not keep it for ever', async () => {
  const fake = fakeQuestion({ quiet: { seen: () => fake.seen++ } });
  expect(await drain(fake.quiet)).toBeUndefined();
});

test('in a storm the queues are emptied, and the taps are read no more', async () => {
  let [looks, rounds] = [0, 0];
  const drained = async () => void rounds++;
  expect(await drain(fakeQuestion({ quiet: { seen: () => ++looks * 20_000, drained } }).quiet)).toBeUndefined();
  expect(looks).toBeLessThan(5);
  expect(rounds).toBeGreaterThan(looks);
});
