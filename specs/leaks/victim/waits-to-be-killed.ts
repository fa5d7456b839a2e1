import { expect, test } from 'hairpin';
import { startFamily } from './family.ts';

// victim: a namespace with programs in it, their children too, alive until somebody kills the run.
//
// Not a spec of its own: kill.spec.ts runs it in a vitest of its own and kills that.
test('waits to be killed', { timeout: 60_000 }, async ({ lab, macvlanPair }) => {
  const { ns1, gateway } = macvlanPair({ mode: 'bridge' });
  await expect(ns1).toReach(gateway);
  const { sleep } = await startFamily(lab);
  process.stdout.write(`READY ${JSON.stringify({ worker: process.pid, sleep: sleep.pid })}\n`);
  await sleep;
});
