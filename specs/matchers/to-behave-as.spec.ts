import { expect, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 ┘                         └─ neighbour
test('passes for the mode that it is', async ({ macvlanPair }) => {
  await expect(macvlanPair({ mode: 'bridge' })).toBehaveAs('bridge');
});

test('fails for another, with a table of just the differences, and the way of a frame that should have come', async ({
  macvlanPair,
}) => {
  const pair = macvlanPair({ modes: ['bridge', 'private'] });
  const failure = await failureOf(expect(pair).toBehaveAs('bridge'));
  expect(failure.replaceAll(/:\d{2,}/g, ':N')).toBe(`expect(pair).toBehaveAs('bridge')

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
           ns2   ns1  ping6      1         0

Path of ns1 → ns2 unicast (UDP 10.0.0.101:N > 10.0.0.102:N, 6 bytes):
  ns1/m1 → host/up0 → sw/p0 ✗ not sent back out of sw/p0: hairpin is off on that port
Hint: a VEPA switch reflects frames: switchPort.set({ hairpin: true })`);
});

test('a switch that reflects unasked is a difference', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'vepa', hairpin: true });
  const failure = await failureOf(expect(pair).toBehaveAs('vepa'));
  expect(failure).toContain('ns1   ns2   ping4      0         1');
  // Of what should not have come, the way that it came.
  expect(failure).toMatch(/\n {2}ns1\/m1 → host\/up0 → sw\/p0 → sw\/p0 → host\/up0$/);
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

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 ┘                         └─ neighbour     ns2 answers no echo
test('.not does not pass for the silence of a host that answers nobody', async ({ macvlanPair }) => {
  const pair = macvlanPair({ mode: 'bridge' });
  pair.ns2?.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await failureOf(expect(pair).not.toBehaveAs('bridge'))).toContain(
    '\nReceived:  inconclusive: only echoes differ, and ns2 does not even answer itself',
  );
  await expect(pair).not.toBehaveAs('private');
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

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ gateway
// ns2 ─ m2 ┘                         └─ neighbour
test('a pair may be put together by hand, of namespaces or their interfaces', async ({ macvlanPair }) => {
  const { ns1, ns2, m1, m2, uplink, gateway, neighbour } = macvlanPair({ mode: 'private' });
  await expect({ ns1, ns2, uplink, gateway, neighbour }).toBehaveAs('private');
  await expect({ ns1: m1, ns2: m2, uplink, gateway: gateway.interface(), neighbour }).toBehaveAs('private');
  expect(await failureOf(expect({ ns1, uplink, gateway, neighbour }).toBehaveAs('private'))).toContain(
    'has one child only',
  );
  expect(await failureOf(expect({ ns1: gateway, uplink, gateway, neighbour }).toBehaveAs('private'))).toBe(
    "expect(pair).toBehaveAs('private'): ns1 must have a macvlan on host/up0: gateway has none",
  );
});

test('of IPv6 nothing is asked where the macvlans have none, and without addresses nothing can be', async ({
  macvlanPair,
}) => {
  const pair = macvlanPair({ mode: 'bridge' });
  for (const child of [pair.m1, pair.m2]) child?.address.delete(child.address.first(6)?.address ?? '');
  await expect(pair).toBehaveAs('bridge');
  expect(await failureOf(expect(pair).not.toBehaveAs('bridge'))).toContain('in all of 70 questions');
  for (const child of [pair.m1, pair.m2]) child?.address.delete(child.address.first(4)?.address ?? '');
  expect(await failureOf(expect(pair).toBehaveAs('bridge'))).toBe(
    "a pair's macvlans need addresses, to be asked: ns1/m1, ns2/m2 have none",
  );
});
