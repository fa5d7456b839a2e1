import { expect, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 ┘                         └─ neighbour
test('passes for the mode that it is', async ({ macvlanPair }) => {
  await expect(macvlanPair({ mode: 'bridge' })).toBehaveAs('bridge');
});

test('fails for another, with a table of just the differences', async ({ macvlanPair }) => {
  const pair = macvlanPair({ modes: ['bridge', 'private'] });
  expect(await failureOf(expect(pair).toBehaveAs('bridge'))).toBe(`expect(pair).toBehaveAs('bridge')

Pair:      ns1 macvlan bridge, ns2 macvlan private
Expected:  the behaviour of bridge behind a switch that does not reflect
Received:  14 of 98 questions differ (copies that arrive):
           from  to   kind       expected  received
           ns1   ns2  unicast    1         0
           ns1   ns2  broadcast  1         0
           ns1   ns2  multicast  1         0
           ns1   ns2  arp        1         0
           ns1   ns2  nd         1         0
           ns1   ns2  ping4      1         0
           ns1   ns2  ping6      1         0
           ns2   ns1  unicast    1         0
           ns2   ns1  broadcast  1         0
           ns2   ns1  multicast  1         0
           ns2   ns1  arp        1         0
           ns2   ns1  nd         1         0
           ns2   ns1  ping4      1         0
           ns2   ns1  ping6      1         0`);
});

test('a switch that reflects unasked is a difference', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'vepa', hairpin: true });
  expect(await failureOf(expect(pair).toBehaveAs('vepa'))).toContain('ns1   ns2   ping4      0         1');
  await expect(pair).toBehaveAs('vepa', { hairpin: true });
});

test('.not passes for another mode, and fails for the one that it is', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'private' });
  await expect(pair).not.toBehaveAs('bridge');
  expect(await failureOf(expect(pair).not.toBehaveAs('private'))).toBe(`expect(pair).not.toBehaveAs('private')

Pair:      ns1 macvlan private, ns2 macvlan private
Expected:  a difference from private behind a switch that does not reflect
Received:  just that, in all of 98 questions`);
});

test('wrong use is refused', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'private' });
  expect(await failureOf(expect(pair.ns1).toBehaveAs('bridge'))).toBe(
    "expect(ns1).toBehaveAs('bridge'): expect() takes what macvlanPair() returns, or { ns1, ns2, uplink, gateway, " +
      'neighbour }: received a Namespace ns1',
  );
  expect(await failureOf(expect(pair).toBehaveAs('brdige' as 'bridge'))).toBe(
    "expect(pair).toBehaveAs('brdige'): mode must be one of private, vepa, bridge, passthru, source: received 'brdige'",
  );
  expect(await failureOf(expect(pair).toBehaveAs('passthru'))).toContain(
    'passthru has room for one child, the other modes take two here: the pair has a second child',
  );
});
