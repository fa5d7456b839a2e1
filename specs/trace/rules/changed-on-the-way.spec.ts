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

/** The TTL that it came with, and the one that it has at the hook. */
const hops: [family: 4 | 6, hook: string, came: string, goes: string, ping: string][] = [
  [4, 'ip t c { type filter hook forward priority 0; }', 'ip ttl 64', 'ip ttl 63', 'icmp type'],
  [4, 'ip t c { type filter hook postrouting priority 0; }', 'ip ttl 64', 'ip ttl 63', 'icmp type'],
  [4, 'netdev t c { type filter hook egress device "eth1" priority 0; }', 'ip ttl 64', 'ip ttl 63', 'icmp type'],
  [6, 'ip6 t c { type filter hook forward priority 0; }', 'ip6 hoplimit 64', 'ip6 hoplimit 63', 'icmpv6 type'],
  [6, 'ip6 t c { type filter hook postrouting priority 0; }', 'ip6 hoplimit 64', 'ip6 hoplimit 63', 'icmpv6 type'],
  [
    6,
    'netdev t c { type filter hook egress device "eth1" priority 0; }',
    'ip6 hoplimit 64',
    'ip6 hoplimit 63',
    'icmpv6 type',
  ],
];

test.for(hops)('a router has counted the hop: IPv%i, %s', async ([family, chain, came, goes, ping], { lab }) => {
  const { a, r, b } = build(lab);
  const [first, second] = [`${ping} echo-request ${came}`, `${ping} echo-request ${goes}`];
  await addRules(r, chain.replace(' c ', ' seen ').replace('priority 0', 'priority -9'), [
    `${first} counter`,
    `${second} counter`,
  ]);
  await addRules(r, chain, [`${came} drop`, `${ping} echo-request drop`]);
  const explanation = await explanationOf(expect(a).toReach(b, { family, within: 50 }));
  const [at64, at63] = await counted(r, chain.replace(/ c .*/, ' seen'));
  expect(at64).toBe(0);
  expect(at63).toBeGreaterThan(0);
  expect(explanation).toMatch(
    new RegExp(`✗ dropped by the packet filter of r, table .*:\\n +${ping} echo-request drop #`),
  );
});

test('behind a router a frame has other MAC addresses', async ({ lab }) => {
  const { a, r, b } = build(lab);
  const chain = 'netdev t c { type filter hook egress device "eth1" priority 0; }';
  // In nft's own words, ether saddr, it asks for the type of the ingress device as well, of which there is none here.
  const sender = `@ll,48,48 0x${a.interface('eth0').mac.replaceAll(':', '')}`;
  await addRules(r, chain.replace(' c ', ' seen ').replace('priority 0', 'priority -9'), [
    `icmp type echo-request ${sender} counter`,
    'icmp type echo-request counter',
  ]);
  await addRules(r, chain, [`${sender} drop`, 'icmp type echo-request counter drop']);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  const [ofA, all] = await counted(r, 'netdev t seen');
  expect(ofA).toBe(0);
  expect(all).toBeGreaterThan(0);
  expect(explanation).not.toMatch(/✗ dropped by .*\n +\S.* # handle 5/);
});
