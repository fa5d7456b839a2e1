import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { forwardSlowly } from './forwarder.ts';

// a ── x (m) y ── b, where a program of m hands each frame on after so many milliseconds
test.for([5, 20, 30, 45])(
  'what a program forwards within %d ms each way is no loss, whatever waits for a neighbour besides',
  async (delay, { lab }) => {
    const [a, m, b] = [lab.namespace('a'), lab.namespace('m'), lab.namespace('b')];
    lab.cable(a, m, { a: { address: '10.7.0.1/24' }, b: { name: 'x', address: false } });
    lab.cable(m, b, { a: { name: 'y', address: false }, b: { address: '10.7.0.2/24' } });
    await forwardSlowly(m, ['x', 'y'], delay);
    await expect(a).toReach(b);
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(/^Received: +an answer/m);
    expect(await failureOf(expect(b).not.toHear(a))).toMatch(/^Received: +1 copy/m);
    expect(await failureOf(expect(lab).toMatchReachability('a b\na . ✗\nb . .'))).toContain(
      'a → b was not to be reached',
    );
  },
);

// a ── x (m) y ── b, where the program of m is slower than any silence of the taps that hairpin waits for by itself
test.for([120, 250])('hairpin waits for a program that was seen to take %d ms', async (delay, { lab }) => {
  const [a, m, b] = [lab.namespace('a'), lab.namespace('m'), lab.namespace('b')];
  lab.cable(a, m, { a: { address: '10.7.0.1/24' }, b: { name: 'x', address: false } });
  lab.cable(m, b, { a: { name: 'y', address: false }, b: { address: '10.7.0.2/24' } });
  await forwardSlowly(m, ['x', 'y'], delay);
  await expect(a).toReach(b, { within: 5000 });
  expect(await failureOf(expect(a).not.toReach(b))).toMatch(/^Received: +an answer/m);
  expect(await failureOf(expect(b).not.toHear(a))).toMatch(/^Received: +1 copy/m);
});

// a ── x (m) y ── b, where nobody has seen yet how slow the program of m is
test.for(['toReach', 'toHear', 'toMatchReachability'] as const)(
  '.not.%s waits for the first frame of a program as long as toReach does',
  async (matcher, { lab }) => {
    const [a, m, b] = [lab.namespace('a'), lab.namespace('m'), lab.namespace('b')];
    lab.cable(a, m, { a: { address: '10.7.0.1/24' }, b: { name: 'x', address: false } });
    lab.cable(m, b, { a: { name: 'y', address: false }, b: { address: '10.7.0.2/24' } });
    await forwardSlowly(m, ['x', 'y'], 300);
    const ask = {
      toReach: () => expect(a).not.toReach(b),
      toHear: () => expect(b).not.toHear(a),
      toMatchReachability: () => expect(lab).toMatchReachability('a b\na . ✗\nb . .'),
    };
    expect(await failureOf(ask[matcher]())).toMatch(/^Received: +(an answer|1 copy|1 pair otherwise)/m);
  },
);

// a ── x (m) y ── r ── u (n) v ── b: two such programs, and a router between
test('each hop may take as long', async ({ lab }) => {
  const [a, m, n, b] = [lab.namespace('a'), lab.namespace('m'), lab.namespace('n'), lab.namespace('b')];
  const r = lab.router('r');
  lab.cable(a, m, { a: { address: '10.7.0.1/24' }, b: { name: 'x', address: false } });
  lab.cable(m, r, { a: { name: 'y', address: false }, b: { address: '10.7.0.254/24' } });
  lab.cable(r, n, { a: { address: '10.8.0.254/24' }, b: { name: 'u', address: false } });
  lab.cable(n, b, { a: { name: 'v', address: false }, b: { address: '10.8.0.2/24' } });
  a.route.add({ to: 'default', via: '10.7.0.254' });
  b.route.add({ to: 'default', via: '10.8.0.254' });
  await Promise.all([forwardSlowly(m, ['x', 'y'], 35), forwardSlowly(n, ['u', 'v'], 35)]);
  await expect(a).toReach(b, { family: 4 });
  r.neighbour.flush();
  expect(await failureOf(expect(a).not.toReach(b, { family: 4 }))).toMatch(/^Received: +an answer/m);
});

// a ── x (m) y ── b: the program hands nothing on
test('a negative passes where a program lives and takes the packets', async ({ lab }) => {
  const [a, m, b] = [lab.namespace('a'), lab.namespace('m'), lab.namespace('b')];
  lab.cable(a, m, { a: { address: '10.7.0.1/24' }, b: { name: 'x', address: false } });
  lab.cable(m, b, { a: { name: 'y', address: false }, b: { address: '10.7.0.2/24' } });
  m.exec('sleep', ['60'], { reject: false });
  await expect(a).not.toReach(b);
  await expect(b).not.toHear(a);
});
