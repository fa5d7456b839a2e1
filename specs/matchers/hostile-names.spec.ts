import { inspect } from 'node:util';
import { expect, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a ␛[2J ── eth0 b: a program has given a's interface a name that would clear a terminal
test('a name that a program has given moves no cursor', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const name = '\u001b[2J';
  // Down: before Linux 6.2 only then a device can be renamed.
  for (const change of [['down'], ['name', name]]) await a.exec('ip', ['link', 'set', 'eth0', ...change]);
  await a.exec('ip', ['link', 'set', name, 'up']);
  const renamed = a.interface(name);

  const message = await failureOf(expect(a).not.toReach(b));

  expect(message).toContain('a/␛[2J');
  for (const text of [message, inspect(renamed), inspect(a)]) expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});
