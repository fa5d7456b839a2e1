import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── eth0 (r) eth1 ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  return { a, r, b };
}

const MASQUERADE = 'ip nat post { type nat hook postrouting priority 100; }';
const DESTINATION = 'ip nat pre { type nat hook prerouting priority -100; }';
const SAID = `last seen here with these addresses: r has rules that translate them (nat)
Hint: on r: nft list ruleset`;

test('masquerade, and the target drops it: the frame went on with other addresses', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await addRules(r, MASQUERADE, ['oifname "eth1" masquerade']);
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['ip saddr 10.0.1.1 counter drop']);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect((await counted(b, 'ip t c'))[0]).toBeGreaterThan(0);
  expect(explanation).toContain(`a/eth0 → r/eth0 ✗ ${SAID}`);
});

test('an answer that goes back to a translated address is no matter of routes', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await addRules(r, MASQUERADE, ['oifname "eth1" masquerade']);
  // Behind r its answer has a's address again, and is dropped by that, which the tap did not see.
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['ip daddr 10.0.0.1 counter drop']);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect((await counted(r, 'ip t c'))[0]).toBeGreaterThan(0);
  expect(explanation).toContain(`✗ ${SAID}`);
});

test('a rule that asks for no address is as sure as ever', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await addRules(r, MASQUERADE, ['oifname "eth1" masquerade']);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['icmp type echo-reply counter drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toMatch(
    /r\/eth1 ✗ dropped by the packet filter of r, table ip t, chain c \(hook forward\):\n +icmp type echo-reply counter/,
  );
});

test('a rule that asks for an address that may be another by then is not sure, nor named', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await addRules(r, DESTINATION, ['ip daddr 10.0.1.2 dnat to 10.0.1.9']);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['ip daddr 10.0.1.2 drop']);
  await addRules(r, 'ip t seen { type filter hook forward priority -9; }', ['ip daddr 10.0.1.2 counter']);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect(await counted(r, 'ip t seen')).toEqual([0]);
  expect(explanation).toContain(`a/eth0 → r/eth0 ✗ ${SAID}`);
});

test('an address that nobody has, and that a router translates', async ({ lab }) => {
  const { a, r } = build(lab);
  await addRules(r, DESTINATION, ['ip daddr 10.9.9.9 dnat to 10.0.1.9']);
  expect(await explanationOf(expect(a).toReach('10.9.9.9', { within: 50 }))).toContain(`a/eth0 → r/eth0 ✗ ${SAID}`);
});

test('a port that the target itself hands to another', async ({ lab }) => {
  const { a, b } = build(lab);
  await addRules(b, DESTINATION, ['udp dport 80 redirect to :81']);
  const explanation = await explanationOf(expect(a).toReach(b, { by: 'udp', port: 80, within: 50 }));
  expect(explanation).toContain(`b/eth0 ✗ ${SAID.replaceAll('r has', 'b has').replace('on r', 'on b')}`);
});

test('what another family translates is not asked', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await addRules(r, MASQUERADE.replace('ip ', 'ip6 '), ['oifname "eth1" masquerade']);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('a/eth0 → r/eth0 ✗ r does not forward');
});
