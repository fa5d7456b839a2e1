import { expect, type Lab, type MacvlanMode, test } from 'hairpin';
import { explanationOf } from '../../trace/explanation-of.ts';

// ns1 ─ m1 ┐
//          ├─ nic0 (the network that vitest was started from) ── p0 (sw) ── gateway 10.0.0.2
// ns2 ─ m2 ┘
//
// Not a spec of its own: pool.spec.ts runs it in a vitest of its own, whose network has such a NIC.
function build(lab: Lab, mode: MacvlanMode) {
  const parent = lab.uplink('nic0');
  const [ns1, ns2] = [lab.namespace('ns1'), lab.namespace('ns2')];
  ns1.macvlan({ parent, mode, name: 'm1', address: '10.0.0.101/24' });
  ns2.macvlan({ parent, mode, name: 'm2', address: '10.0.0.102/24' });
  return { ns1, ns2 };
}

test('children reach what is behind the NIC', async ({ lab }) => {
  const { ns1 } = build(lab, 'vepa');
  await expect(ns1).toReach('10.0.0.2');
});

test('in mode bridge they reach each other, and the path has no NIC', async ({ lab }) => {
  const { ns1, ns2 } = build(lab, 'bridge');
  await expect(ns1).toReach(ns2);
  expect(await explanationOf(expect(ns1).toReach(ns2, { notThrough: ns2 }))).toContain('\n  ns1/m1 → ns2/m2');
});

test('in mode vepa they need the switch, and the failure says that the way leaves the lab', async ({ lab }) => {
  const { ns1, ns2 } = build(lab, 'vepa');
  expect(await explanationOf(expect(ns1).toReach(ns2, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.102 tell 10.0.0.101):
  ns1/m1 ✗ left by the real NIC nic0: what lies beyond is not observed
Hint: between ns1/m1 and ns2/m2 the switch must reflect: npx hairpin check-switch nic0`,
  );
  await expect(ns1).not.toReach(ns2);
});

test('a probe to nobody left the lab, too', async ({ lab }) => {
  const { ns1 } = build(lab, 'vepa');
  expect(await explanationOf(expect(ns1).toReach('10.0.0.77', { within: 50 }))).toContain(
    '\n  ns1/m1 ✗ left by the real NIC nic0: what lies beyond is not observed\n',
  );
});

test('a trace shows where frames leave the lab, and where they come from', async ({ lab }) => {
  const { ns1 } = build(lab, 'vepa');
  const ping = () => ns1.exec('ping', ['-c1', '10.0.0.2']);
  expect(String(await lab.trace(ping, { protocol: 'icmp' }))).toBe(`ICMP echo request 10.0.0.101 > 10.0.0.2 id #1 seq 1
  ns1/m1 → (nic0)
ICMP echo reply 10.0.0.2 > 10.0.0.101 id #1 seq 1
  (nic0) → ns1/m1`);
});
