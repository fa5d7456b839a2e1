import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── p0 (sw) p1 ── b
function build(lab: Lab) {
  const [a, r, sw, b] = [lab.namespace('a'), lab.router('r'), lab.switch('sw'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, sw);
  lab.cable(b, sw);
  return { a, r, sw, b };
}

/** Each drops the probe at another place of its way. */
const cases: [where: 'r' | 'sw' | 'b', chain: string, place: string, way: string][] = [
  ['r', 'ip t c { type filter hook prerouting priority 0; }', '(hook prerouting)', 'a/eth0 → r/eth0'],
  ['r', 'inet t c { type filter hook prerouting priority -300; }', '(hook prerouting)', 'a/eth0 → r/eth0'],
  [
    'r',
    'inet t c { type filter hook ingress device "eth0" priority 0; }',
    '(hook ingress) of r/eth0',
    'a/eth0 → r/eth0',
  ],
  ['r', 'ip t c { type filter hook forward priority 0; }', '(hook forward)', 'a/eth0 → r/eth0'],
  ['r', 'ip t c { type filter hook postrouting priority 0; }', '(hook postrouting)', 'a/eth0 → r/eth0'],
  [
    'r',
    'netdev t c { type filter hook egress device "eth1" priority 0; }',
    '(hook egress) of r/eth1',
    'a/eth0 → r/eth0',
  ],
  ['sw', 'netdev t c { type filter hook ingress device "p0" priority 0; }', '(hook ingress) of sw/p0', '… → sw/p0'],
  ['sw', 'bridge t c { type filter hook prerouting priority 0; }', '(hook prerouting)', '… → sw/p0'],
  ['sw', 'bridge t c { type filter hook postrouting priority 0; }', '(hook postrouting)', '… → sw/p0'],
  ['sw', 'netdev t c { type filter hook egress device "p1" priority 0; }', '(hook egress) of sw/p1', '… → sw/p0'],
  ['b', 'netdev t c { type filter hook ingress device "eth0" priority 0; }', '(hook ingress) of b/eth0', '… → b/eth0'],
  ['b', 'ip t c { type filter hook prerouting priority 0; }', '(hook prerouting)', '… → b/eth0'],
];

test.for(cases)('%s: %s', async ([where, chain, place, way], { lab }) => {
  const network = build(lab);
  const { a, b } = network;
  const isAtDevice = chain.includes('device') || chain.startsWith('bridge');
  await addRules(network[where], chain, [isAtDevice ? 'icmp type echo-request drop' : 'ip protocol icmp drop']);
  const [family, table, name] = chain.split(' ');
  const path = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect(path).toContain(
    `${way.replace('… → ', '→ ')} ✗ dropped by the packet filter of ${where}, table ${family} ${table}, chain ${name} ${place}:\n`,
  );
});

// The answer's way out of b
test.for(['output', 'postrouting'])('its answer, at %s', async (hook, { lab }) => {
  const { a, b } = build(lab);
  await addRules(b, `ip t c { type filter hook ${hook} priority 0; }`, ['icmp type echo-reply drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    `→ b/eth0 ✗ its answer is dropped by the packet filter of b, table ip t, chain c (hook ${hook}):\n`,
  );
});

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 ┘
test("the ingress of a macvlan's parent, and of the macvlan itself", async ({ macvlanPair }) => {
  const { ns1, host, gateway } = macvlanPair({ mode: 'vepa' });
  const ingress = (device: string) => `netdev t c { type filter hook ingress device "${device}" priority 0; }`;
  await addRules(host, ingress('up0'), ['icmp type echo-request drop']);
  expect(await explanationOf(expect(gateway).toReach(ns1, { within: 50 }))).toContain(
    '→ host/up0 ✗ dropped by the packet filter of host, table netdev t, chain c (hook ingress) of host/up0:\n',
  );
  await host.exec('nft', ['flush ruleset']);
  await addRules(ns1, ingress('m1'), ['icmp type echo-request drop']);
  expect(await explanationOf(expect(gateway).toReach(ns1, { within: 50 }))).toContain(
    '→ ns1/m1 ✗ dropped by the packet filter of ns1, table netdev t, chain c (hook ingress) of ns1/m1:\n',
  );
});
