import { expect, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b
test('ND: the solicitation that the probe waited for', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'inet t c { type filter hook input priority 0; }', ['icmpv6 type nd-neighbor-solicit drop']);
  const explanation = await explanationOf(expect(a).toReach(b, { family: 6, within: 50 }));
  expect(explanation).toMatch(/^Path of the last probe \(ICMPv6 neighbour solicitation, who has /);
  expect(explanation).toContain(
    'a/eth0 → r/eth0 ✗ dropped by the packet filter of r, table inet t, chain c (hook input):\n',
  );
});

test('ND: the advertisement, which the router does not send', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip6 t c { type filter hook output priority 0; }', ['icmpv6 type nd-neighbor-advert drop']);
  expect(await explanationOf(expect(a).toReach(b, { family: 6, within: 50 }))).toContain(
    'r/eth0 ✗ its answer is dropped by the packet filter of r, table ip6 t, chain c (hook output):\n',
  );
});

test('ND: the advertisement, which the asker does not take', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(a, 'ip6 t c { type filter hook input priority 0; }', ['icmpv6 type nd-neighbor-advert drop']);
  const explanation = await explanationOf(expect(a).toReach(b, { family: 6, within: 50 }));
  expect(explanation).toContain(
    'r/eth0 → a/eth0 ✗ dropped by the packet filter of a, table ip6 t, chain c (hook input):\n',
  );
});

test('ND: the solicitation, which the asker does not send', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(a, 'ip6 t c { type filter hook output priority 0; }', ['icmpv6 type nd-neighbor-solicit drop']);
  expect(await failureOf(expect(a).toReach(b, { family: 6, within: 50 }))).toMatch(
    /\nWhy: {7}the question for \S+, by ND, is dropped by the packet filter of a, table ip6 t, chain c \(hook output\):\n/,
  );
});

test('ARP: the answer, which the router does not send', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'arp t c { type filter hook output priority 0; }', ['arp operation reply drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'r/eth0 ✗ its answer is dropped by the packet filter of r, table arp t, chain c (hook output):\n',
  );
});
