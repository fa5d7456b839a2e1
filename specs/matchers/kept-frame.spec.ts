import { expect, type Lab, type Namespace, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

const KEPT = /^Received: +inconclusive: tbf of a\/eth0 kept packets back for longer than 5 s/m;

test.concurrent('a frame that its sender keeps is not one that the network lost', async ({ lab }) => {
  const { a, b } = await withFullQueue(lab);
  expect(await failureOf(expect(b).not.toHear(a))).toMatch(KEPT);
});

test.concurrent('nor is it one of no copies', async ({ lab }) => {
  const { a, b } = await withFullQueue(lab);
  expect(await failureOf(expect(b).toHear(a, { copies: 0 }))).toMatch(KEPT);
});

// a, whose queue lets a byte a second go (tc-tbf(8)) ── b
async function withFullQueue(lab: Lab): Promise<{ a: Namespace; b: Namespace }> {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(b).toHear(a);
  await a.exec('tc', 'qdisc add dev eth0 root tbf rate 8bit burst 200 limit 10000'.split(' '));
  // It waits for tokens, and all behind it.
  await a.exec('ping', ['-c1', '-s128', '-W1', '10.0.0.2'], { reject: false });
  return { a, b };
}
