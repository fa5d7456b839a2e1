import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from './explanation-of.ts';

// a ─ eth0.10 ── eth0 ═══ eth0 ── eth0.20 ─ b
function trunk(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: left, b: right } = lab.cable(a, b, { a: { address: false }, b: { address: false } });
  return { a, b, left, right };
}

describeNeeding(['vlan'], () => {
  test('two ends of different ids', async ({ lab }) => {
    const { a, b, left, right } = trunk(lab);
    a.vlan({ parent: left, id: 10, address: '10.9.0.1/24' });
    b.vlan({ parent: right, id: 20, address: '10.9.0.2/24' });
    expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
      `Path of the last probe (ARP who-has 10.9.0.2 tell 10.9.0.1):
  a/eth0.10 → a/eth0 → b/eth0 ✗ the frame has the tag 802.1Q id 10; b/eth0.20 takes 802.1Q id 20
Hint: both ends of a VLAN need the same protocol and id, which cannot be changed: delete b/eth0.20 and add it again`,
    );
  });

  test('two ends of different protocols', async ({ lab }) => {
    const { a, b, left, right } = trunk(lab);
    a.vlan({ parent: left, id: 10, protocol: '802.1ad', address: '10.9.0.1/24' });
    b.vlan({ parent: right, id: 10, address: '10.9.0.2/24' });
    expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
      '✗ the frame has the tag 802.1ad id 10; b/eth0.10 takes 802.1Q id 10\n',
    );
  });

  test('a tag at one end only', async ({ lab }) => {
    const { a, b, left, right } = trunk(lab);
    a.vlan({ parent: left, id: 10, address: '10.9.0.1/24' });
    right.address.add('10.9.0.2/24');
    expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
      `Path of the last probe (ARP who-has 10.9.0.2 tell 10.9.0.1):
  a/eth0.10 → a/eth0 → b/eth0 ✗ the frame has the tag 802.1Q id 10, and b/eth0 has no VLAN device for it: its own stack takes only untagged frames
Hint: b.vlan({ parent: b/eth0, id: 10 })`,
    );
    // A host answers for any of its addresses at any of its devices, here at a/eth0; but its way back is by eth0.10.
    expect(await explanationOf(expect(b).toReach(a, { within: 100 }))).toBe(
      `Path of the last probe (ICMP echo request 10.9.0.2 > 10.9.0.1 id N seq N):
  b/eth0 → a/eth0 ✗ a asks who has 10.9.0.2, and nobody answers`,
    );
    a.neighbour.add({ to: '10.9.0.2', lladdr: right.mac, dev: 'eth0.10' });
    expect(await explanationOf(expect(b).toReach(a, { within: 50 }))).toContain(
      `  a/eth0.10 → a/eth0 → b/eth0 ✗ the frame has the tag 802.1Q id 10, and b/eth0 has no VLAN device for it`,
    );
    a.sysctl.set('net.ipv4.conf.all.arp_ignore', 1);
    expect(await explanationOf(expect(b).toReach(a, { within: 50 }))).toBe(
      `Path of the last probe (ARP who-has 10.9.0.1 tell 10.9.0.2):
  b/eth0 → a/eth0 ✗ a/eth0 does not answer ARP for 10.9.0.1: arp_ignore is 1
Hint: a.sysctl.set('net/ipv4/conf/eth0/arp_ignore', 0), and 'all' as well`,
    );
  });

  test('a VLAN that is down', async ({ lab }) => {
    const { a, b, left, right } = trunk(lab);
    a.vlan({ parent: left, id: 10 });
    b.vlan({ parent: right, id: 10 }).set({ up: false });
    expect(await explanationOf(expect(a).toReach(b, { within: 50, family: 4 }))).toContain(
      'a/eth0.10 → a/eth0 → b/eth0 ✗ b/eth0.10 is down\nHint: bring it up: set({ up: true }) on b/eth0.10',
    );
  });

  // ns1 ─ m1 (vepa) ┐
  //                 ├─ eth0.10 (a) ── eth0 ── p0 (sw)
  // ns2 ─ m2 (vepa) ┘
  test('macvlans on a VLAN, behind a switch that does not reflect', async ({ lab }) => {
    const [sw, a, ns1, ns2] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('ns1'), lab.namespace('ns2')];
    const { a: eth0 } = lab.cable(a, sw);
    const parent = a.vlan({ parent: eth0, id: 10, address: false });
    for (const ns of [ns1, ns2]) ns.macvlan({ parent });
    expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toBe(
      `Path of the last probe (ARP who-has 10.0.1.2 tell 10.0.1.1):
  ns1/macvlan0 → a/eth0.10 → a/eth0 → sw/p0 ✗ not sent back out of sw/p0: hairpin is off on that port
Hint: a VEPA switch reflects frames: switchPort.set({ hairpin: true })`,
    );
  });
});
