import { expect, test } from 'hairpin';

// victim: a namespace with a program in it, alive until somebody kills the run.
//
// Not a spec of its own: kill.spec.ts runs it in a vitest of its own and kills that.
test('waits to be killed', { timeout: 60_000 }, async ({ lab, macvlanPair }) => {
  const { ns1, gateway } = macvlanPair({ mode: 'bridge' });
  await expect(ns1).toReach(gateway);
  const victim = lab.namespace('victim');
  const sleep = victim.exec('sleep', ['1000']);
  await expect.poll(() => sleep.pid).toBeGreaterThan(0);
  process.stdout.write(`READY ${JSON.stringify({ worker: process.pid, sleep: sleep.pid })}\n`);
  await sleep;
});
