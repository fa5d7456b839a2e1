import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a ── b: something else of this process keeps the event loop between the probe and its answer
test.for(['icmp', 'udp', 'tcp', 'arp'] as const)(
  'an answer by %s counts, however long the event loop is kept',
  async (by, { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    // Somebody whose turn nobody waits for, so that the time decides.
    a.exec('sleep', ['60'], { reject: false });
    await expect(a).toReach(b, { by });
    for (let round = 0; round < 5; round++) {
      const question = failureOf(expect(a).not.toReach(b, { by }));
      setImmediate(() => keepTheEventLoop(250));
      expect(await question).toMatch(/^Received: +an answer/m);
    }
  },
);

// a ── b
test('a copy counts, however long the event loop is kept', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.exec('sleep', ['60'], { reject: false });
  for (let round = 0; round < 5; round++) {
    const question = failureOf(expect(b).not.toHear(a));
    setImmediate(() => keepTheEventLoop(250));
    expect(await question).toMatch(/^Received: +1 copy/m);
  }
});

function keepTheEventLoop(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}
