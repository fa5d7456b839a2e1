import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── s ─┬─ back ──┬─ t ── b
//         └─ there ─┘
function build(lab: Lab) {
  const [a, back, there, b] = [lab.namespace('a'), lab.router('back'), lab.router('there'), lab.namespace('b')];
  const [s, t] = [lab.switch('s'), lab.switch('t')];
  for (const ns of [a, back, there]) lab.cable(ns, s);
  for (const ns of [back, there, b]) lab.cable(ns, t);
  return { a, back, b };
}

const WATCH = ['ct state invalid counter', 'ct state established counter'];

test('an answer whose probe went another way is invalid there', async ({ lab }) => {
  const { a, back, b } = build(lab);
  // The answer goes by back all the same, which has never heard of what it answers.
  a.route.add({ to: '10.0.1.0/24', via: '10.0.0.3' });
  await addRules(back, 'ip t seen { type filter hook forward priority -9; }', WATCH);
  await addRules(back, 'ip t c { type filter hook forward priority 0; }', [
    'ct state invalid drop',
    'icmp type echo-reply drop',
  ]);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  const [invalid, established] = await counted(back, 'ip t seen');
  expect(invalid).toBeGreaterThan(0);
  expect(established).toBe(0);
  expect(explanation).toMatch(
    /✗ dropped by the packet filter of back, table ip t, chain c \(hook forward\):\n +ct state invalid drop #/,
  );
});

test('where it did, its answer is of a connection', async ({ lab }) => {
  const { a, back, b } = build(lab);
  await addRules(back, 'ip t seen { type filter hook forward priority -9; }', WATCH);
  await addRules(back, 'ip t c { type filter hook forward priority 0; }', [
    'ct state invalid drop',
    'icmp type echo-reply ct state established drop',
  ]);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  const [invalid, established] = await counted(back, 'ip t seen');
  expect(invalid).toBe(0);
  expect(established).toBeGreaterThan(0);
  expect(explanation).toMatch(
    /✗ dropped by the packet filter of back, table ip t, chain c \(hook forward\):\n +icmp type echo-reply ct state established drop #/,
  );
});
