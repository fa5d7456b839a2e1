import { expect, test } from 'vitest';
import { now } from '../../lib/kernel/clock.ts';
import { ask } from '../../lib/probes/ask.ts';

// No network: an asker that nobody answers, and a wait for quiet that takes as long as each case says.
function probesSent(waits: readonly number[]) {
  let sent = 0;
  const silent = {
    send: () => {
      sent++;
      return undefined;
    },
    read: () => undefined,
    wait: () => Promise.resolve(),
    recognize: () => undefined,
    [Symbol.dispose]: () => {},
  };
  const quiet = () => ({
    reached() {
      for (const until = now() + (waits[sent - 1] ?? 0); now() < until; );
      return Promise.resolve(true);
    },
    drained: () => Promise.resolve(undefined),
    seen: () => 0,
  });
  const patience = { milliseconds: 30, quiet, untilQuiet: true };
  return ask(silent as unknown as Parameters<typeof ask>[0], patience).then(() => sent);
}

test('two probes are enough where nothing is under way at once', async () => {
  expect(await probesSent([])).toBe(2);
});

test('one that took longer than the kernel waits for a neighbour does not count', async () => {
  expect(await probesSent([70])).toBe(3);
});

test('but ten of them at most', async () => {
  expect(await probesSent(Array(20).fill(70))).toBe(12);
});
