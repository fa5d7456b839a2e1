import { expect, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a ── p0 sw p1 ── b, and the cable of a or of b has no carrier
test.for(['a', 'b'] as const)('no negative passes where the plug of %s is out', async (unplugged, { lab }) => {
  const sw = lab.switch('sw');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cables = { a: lab.cable(a, sw), b: lab.cable(b, sw) };
  await expect(a).toReach(b);
  cables[unplugged].b.set({ up: false });

  expect(await failureOf(expect(a).not.toReach(b))).toContain('inconclusive');
  expect(await failureOf(expect(a).not.toReach(b, { by: 'arp' }))).toContain('inconclusive');
  expect(await failureOf(expect(b).not.toHear(a))).toContain('inconclusive');
  const [walled, open] = ['a b\na . ✗\nb . .', 'a b\na . ✓\nb . .'];
  expect(await failureOf(expect(lab).toMatchReachability(walled))).toContain('inconclusive');
  expect(await failureOf(expect(lab).not.toMatchReachability(open))).toContain('inconclusive');
});

// ns1 ─ macvlan bridge ┐
//                      ├─ up0 (host) ── p0 (sw), which is down ── gateway, neighbour
// ns2 ─ macvlan bridge ┘
test('a pair whose plug is out is not known to behave otherwise', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'bridge' });
  pair.uplink.peer?.set({ up: false });
  expect(await failureOf(expect(pair).not.toBehaveAs('bridge'))).toContain('inconclusive: ns1/m1 has no carrier');
});

// a ── sw ── b, c: b has lost its plug, but c is isolated from a for certain
test('a mismatch that is certain counts, whatever else is not known', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, sw, { b: { isolated: true } });
  lab.cable(b, sw).b.set({ up: false });
  lab.cable(c, sw, { b: { isolated: true } });
  await expect(lab).not.toMatchReachability('a b c\na . ✓ ✓\nb . . .\nc . . .');
});
