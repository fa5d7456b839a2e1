import { expect, type Lab, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a ── p0 (sw) p1 ── b
function build(lab: Lab) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  const [ofA] = [a, b].map((ns) => lab.cable(ns, sw));
  return { a, b, eth0: a.interface(), p0: (ofA as NonNullable<typeof ofA>).b };
}

/** From what was received on. */
async function receivedOf(assertion: PromiseLike<unknown>): Promise<string> {
  const failure = await failureOf(assertion);
  return failure.slice(failure.indexOf('Received:'));
}

test('the source is down', async ({ lab }) => {
  const { a, b, eth0 } = build(lab);
  eth0.set({ up: false });
  expect(
    await receivedOf(expect(a).toReach(b, { within: 50 })),
  ).toBe(`Received:  nothing was sent: a has no route to 10.0.0.2 (ENETUNREACH)
Why:       a/eth0 is down, and its routes are gone with it

Hint: bring it up: set({ up: true }) on a/eth0`);
  expect(await receivedOf(expect(b).toHear(a))).toBe(`Received:  inconclusive: nothing was sent: a/eth0 is down

Hint: bring it up: set({ up: true }) on a/eth0`);
});

test('the other end of its cable is down', async ({ lab }) => {
  const { a, b, p0 } = build(lab);
  p0.set({ up: false });
  const why = `Why:       the other end of its cable, sw/p0, is down

Hint: bring it up: set({ up: true }) on sw/p0`;
  expect(await receivedOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Received:  nothing was sent: a/eth0 has no carrier\n${why}`,
  );
  expect(await receivedOf(expect(b).toHear(a))).toBe(
    `Received:  inconclusive: nothing was sent: a/eth0 has no carrier\n${why}`,
  );
});

test('no route', async ({ lab }) => {
  const { a } = build(lab);
  expect(
    await receivedOf(expect(a).toReach('192.0.2.1', { within: 50 })),
  ).toBe(`Received:  nothing was sent: a has no route to 192.0.2.1 (ENETUNREACH)

Hint: a.route.add({ to: '192.0.2.1', via: … })`);
});

test('no address', async ({ lab }) => {
  const { a, b, eth0 } = build(lab);
  eth0.address.delete('10.0.0.1/24');
  expect(await failureOf(expect(a).toReach(b, { family: 4 }))).toBe(
    "expect(a).toReach(b, { family: 4 }): a has no IPv4 address to ask from; give it one: a.interface('eth0').address.add('10.0.0.3/24')",
  );
});

// The source's address is one that nobody may use yet.
test('a tentative address', async ({ lab }) => {
  const { a, b, eth0 } = build(lab);
  // After its one solicitation, detection waits for as long as that (addrconf_dad_work).
  a.sysctl.set('net/ipv6/neigh/eth0/retrans_time_ms', 60_000);
  eth0.address.add('fd00::78/64', { dad: true });
  for (const by of ['icmp', 'tcp', 'udp'] as const) {
    expect(
      await receivedOf(expect(a).toReach(b, { by, within: 50, family: 6, from: 'fd00::78' })),
    ).toBe(`Received:  nothing was sent: a cannot send from the address asked for (EADDRNOTAVAIL)
Why:       fd00::78 of a is tentative: duplicate address detection is not done

Hint: wait for it, 1 to 2 s, or add it without: address.add('fd00::78/64')`);
  }
});

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 ┘
test('the parent is down, or has no carrier', async ({ macvlanPair }) => {
  const { ns1, ns2, uplink, switchPort } = macvlanPair({ mode: 'bridge' });
  switchPort.set({ up: false });
  expect(
    await receivedOf(expect(ns1).toReach(ns2, { within: 50 })),
  ).toBe(`Received:  nothing was sent: ns1/m1 has no carrier
Why:       its parent host/up0 has no carrier: the other end of its cable, sw/p0, is down

Hint: bring it up: set({ up: true }) on sw/p0`);
  switchPort.set({ up: true });
  uplink.set({ up: false });
  expect(
    await receivedOf(expect(ns1).toReach(ns2, { within: 50 })),
  ).toBe(`Received:  nothing was sent: ns1/m1 has no carrier
Why:       its parent host/up0 is down

Hint: bring it up: set({ up: true }) on host/up0`);
});

// That does not change with time, so nothing is waited for.
test('the broadcast address is no host', async ({ lab }) => {
  const { a } = build(lab);
  for (const [by, errno] of [
    [{}, 'EACCES'],
    [{ by: 'tcp', port: 7, listen: false }, 'ENETUNREACH'],
  ] as const) {
    expect(await receivedOf(expect(a).toReach('10.0.0.255', { ...by, within: 600_000 }))).toBe(
      `Received:  nothing was sent: 10.0.0.255 is a broadcast address: no host has it (${errno})`,
    );
  }
});

test('a group without a route to it', async ({ lab }) => {
  const { a, b } = build(lab);
  const asked = () => receivedOf(expect(a).toReach('239.10.10.10', { within: 50 }));
  expect(
    await asked(),
  ).toBe(`Received:  nothing was sent: a has no route to 239.10.10.10, a multicast group that nobody joined (ENETUNREACH)

Hint: add a route to groups: a.route.add({ to: '224.0.0.0/4', dev: 'eth0' }); toHear asks who hears a group`);
  await b.exec('ip', ['address', 'add', '239.10.10.10/32', 'dev', 'eth0', 'autojoin']);
  expect(await asked()).toContain('239.10.10.10, a multicast group that b joined (ENETUNREACH)');
  a.route.add({ to: '224.0.0.0/4', dev: 'eth0' });
  b.sysctl.set('net.ipv4.icmp_echo_ignore_broadcasts', 0);
  await expect(a).toReach('239.10.10.10');
});

test('a policy of IPsec that blocks', async ({ lab }) => {
  const { a, b } = build(lab);
  await a.exec('ip', ['xfrm', 'policy', 'add', 'dir', 'out', 'dst', '10.0.0.2/32', 'action', 'block']);
  expect(await receivedOf(expect(a).toReach(b, { within: 50 }))).toBe(
    'Received:  nothing was sent: a packet filter or an IPsec policy (ip xfrm) of a drops it on output (EPERM)\n' +
      'Why:       refused by an IPsec policy of a (XfrmOutPolBlock)\n\nHint: on a: ip xfrm policy',
  );
});

test('an address of 127.0.0.0/8 as the source', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '127.9.0.1/16' }, b: { address: '10.9.0.2/16' } });
  expect(await receivedOf(expect(a).toReach('10.9.0.2', { within: 50 }))).toMatch(
    /^Received: {2}nothing was sent: a has no route to 10\.9\.0\.2 \(ENETUNREACH\)/,
  );
  await expect(a).not.toReach('10.9.0.2', { droppedBy: 'route.none', at: a });
  a.route.add({ to: '10.9.0.0/16', dev: 'eth0' });
  expect(await receivedOf(expect(a).toReach('10.9.0.2', { within: 50 }))).toBe(
    'Received:  nothing was sent: 127.9.0.1 is no source outside of a (EINVAL)\n' +
      'Why:       a sends nothing from 127.9.0.1: 127.0.0.0/8 stays inside the host\n\n' +
      "Hint: a.sysctl.set('net.ipv4.conf.all.route_localnet', 1)",
  );
  await expect(a).not.toReach('10.9.0.2', { droppedBy: 'ip.localnet', at: a });
});

test.for<[action: string, reason: string]>([
  ['prohibit', 'a prohibit route or rule of a takes it (EACCES)'],
  ['blackhole', 'a blackhole route or rule of a takes it (EINVAL)'],
  ['unreachable', 'a has no route to 10.0.0.2, or a rule says so (ENETUNREACH)'],
])('a rule that says %s is no missing route', async ([action, reason], { lab }) => {
  const { a, b } = build(lab);
  await a.exec('ip', ['rule', 'add', 'to', '10.0.0.2', 'priority', '5', action]);
  expect(await receivedOf(expect(a).toReach(b, { within: 50 }))).toBe(`Received:  nothing was sent: ${reason}

Hint: on a: ip rule del to 10.0.0.2/32 priority 5 ${action}`);
});
