import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';

// a ── p0 (sw) ─┬─ p1 ── b
//               └─ p2 ── c
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const [, p1] = [a, b, c].map((ns) => lab.cable(ns, sw).b);
  return { a, b, c, p1 };
}

test('the target has the IPv4 address of whoever asks', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().address.add('10.0.0.1/24');
  expect(await explanationOf(expect(a).toReach('10.0.0.2', { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.2 tell 10.0.0.1):
  a/eth0 → sw/p0 ─┬→ sw/p1 → b/eth0 ✗ b has 10.0.0.1 too, and takes nothing that comes from an address of its own
                  └→ sw/p2 → c/eth0
Hint: two hosts with one address: give b another`,
  );
});

test('and of IPv6 it answers itself', async ({ lab }) => {
  const { a, b } = build(lab);
  b.interface().address.add('fd00::1/64');
  expect(await explanationOf(expect(a).toReach('fd00::2', { within: 50 }))).toBe(
    `Path of the last probe (ICMPv6 echo request fd00::1 > fd00::2 id N seq N):
  a/eth0 → sw/p0 → sw/p1 → b/eth0 ✗ b has fd00::1 too, so what it answers goes to itself
Hint: two hosts with one address: give b another`,
  );
});

test('two hosts with one MAC address: the switch sends to whoever used it last', async ({ lab }) => {
  const { a, b, c, p1 } = build(lab);
  const { mac } = b.interface();
  // Whatever b may say meanwhile, of its own accord, is not learnt.
  p1?.set({ learning: false });
  c.interface().set({ mac });
  a.neighbour.add({ to: '10.0.0.2', lladdr: mac });
  await expect(c).toReach(a);
  expect(await explanationOf(expect(a).toReach(b, { within: 50, neighbours: 'kept' }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.0.2 id N seq N):
  a/eth0 → sw/p0 ─┬→ sw/p2 → c/eth0
                  └✗ the switch has ${mac} behind sw/p2, not behind sw/p1
Hint: two devices with one MAC address, or a static fdb entry: see fdb.list()`,
  );
});

test('an IPv6 address that is still being looked for', async ({ lab }) => {
  const { a, b } = build(lab);
  b.sysctl.set('net/ipv6/conf/eth0/dad_transmits', 10_000);
  b.interface().address.add('fd00::77/64', { dad: true });
  expect(await explanationOf(expect(a).toReach('fd00::77', { within: 50 }))).toBe(
    `Path of the last probe (ICMPv6 neighbour solicitation, who has fd00::77):
  a/eth0 → sw/p0 ─┬→ sw/p1 → b/eth0 ✗ fd00::77 of b is tentative: duplicate address detection is not done
                  └→ sw/p2 → c/eth0
Hint: wait for it, 1 to 2 s, or add it without: address.add('fd00::77/64')`,
  );
});

test('an IPv6 address that another had first', async ({ lab }) => {
  const { a, b, c } = build(lab);
  c.interface().address.add('fd00::77/64');
  b.interface().address.add('fd00::77/64', { dad: true });
  const found = () =>
    b
      .interface()
      .address.list()
      .find(({ address }) => address === 'fd00::77');
  await expect.poll(found, { timeout: 5000 }).toMatchObject({ dadFailed: true });
  c.interface().address.delete('fd00::77/64');
  expect(await explanationOf(expect(a).toReach('fd00::77', { within: 50 }))).toBe(
    `Path of the last probe (ICMPv6 neighbour solicitation, who has fd00::77):
  a/eth0 → sw/p0 ─┬→ sw/p1 → b/eth0 ✗ fd00::77 of b is a duplicate: another node has it (dadfailed)
                  └→ sw/p2 → c/eth0
Hint: give it another`,
  );
});

// a ── b, and a knows b by an old MAC address
test('a neighbour entry with a MAC address that is not the target’s', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.neighbour.add({ to: '10.0.0.2', lladdr: '02:00:00:00:99:99' });
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.0.2 id N seq N):
  a/eth0 → b/eth0 ✗ the frame is for 02:00:00:00:99:99, and b/eth0 has ${b.interface().mac}
Hint: a has a permanent neighbour entry for 10.0.0.2 with that MAC address: a.neighbour.delete('10.0.0.2')`,
  );
});

// a ── r ── b
function routed(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  return { a, b, r };
}

test("a router's neighbour that may not answer", async ({ lab }) => {
  const { a, b } = routed(lab);
  b.sysctl.set('net/ipv4/conf/eth0/arp_ignore', 8);
  expect(await explanationOf(expect(a).toReach(b, { within: 100 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 ✗ r asks who has 10.0.1.2, and nobody answers: b/eth0 does not answer ARP for 10.0.1.2: arp_ignore is 8
Hint: b.sysctl.set('net/ipv4/conf/eth0/arp_ignore', 0), and 'all' as well`,
  );
});

test("a router's neighbour that nobody is", async ({ lab }) => {
  const { a, b } = routed(lab);
  b.interface().address.delete('10.0.1.2/24');
  b.interface().address.add('10.0.1.3/24');
  // What nobody has, the last router is asked for.
  const explanation = await explanationOf(expect(a).toReach('10.0.1.2', { within: 100 }));
  expect(explanation).toContain('a/eth0 → r/eth0 ✗ r passes it on to nobody who has 10.0.1.2');
});

test('an IPv6 address that nobody has, and one that went with its link', async ({ lab }) => {
  const { a, b } = build(lab);
  expect(await explanationOf(expect(a).toReach('fd00::99', { within: 50 }))).toBe(
    `Path of the last probe (ICMPv6 neighbour solicitation, who has fd00::99):
  a/eth0 ─┬→ sw/p0 ─┬→ sw/p1 → b/eth0
          │         └→ sw/p2 → c/eth0
          └✗ no device of the lab has fd00::99`,
  );
  b.interface().set({ up: false }).set({ up: true });
  expect(await explanationOf(expect(a).toReach('fd00::2', { within: 50 }))).toContain(
    `✗ no device of the lab has fd00::2 any more: b had it
Hint: fd00::2 was deleted, or went when its link went down; give it again: address.add('fd00::2/…')`,
  );
});

// a ── r ── b, whose MAC address changes
test('a router that has learnt an old MAC address', async ({ lab }) => {
  const { a, b, r } = routed(lab);
  for (const family of [4, 6] as const) await expect(a).toReach(b, { family });
  b.interface().set({ mac: '02:00:00:00:77:77' });
  for (const [family, address] of [
    [4, '10.0.1.2'],
    [6, 'fd00:0:0:1::2'],
  ] as const) {
    expect(await explanationOf(expect(a).toReach(b, { family, within: 50 }))).toContain(
      `→ b/eth0 ✗ the frame is for 02:00:00:00:00:67, and b/eth0 has 02:00:00:00:77:77
Hint: r has learnt that of ${address} before: r.neighbour.flush()`,
    );
  }
  r.neighbour.flush();
  await expect(a).toReach(b);
});
