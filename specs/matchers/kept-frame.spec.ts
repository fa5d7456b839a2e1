import { expect, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a, whose queue lets a byte a second go (tc-tbf(8)) ── b
test('a frame that its sender keeps says nothing of the network', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(b).toHear(a);
  await a.exec('tc', 'qdisc add dev eth0 root tbf rate 8bit burst 200 limit 10000'.split(' '));
  // It waits for tokens, and all behind it.
  await a.exec('ping', ['-c1', '-s128', '-W1', '10.0.0.2'], { reject: false });
  const kept = /^Received: +inconclusive: tbf of a\/eth0 kept packets back for longer than 5 s/m;
  expect(await failureOf(expect(b).not.toHear(a))).toMatch(kept);
  expect(await failureOf(expect(b).toHear(a, { copies: 0 }))).toMatch(kept);
});
