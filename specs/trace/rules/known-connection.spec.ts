import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── eth0 (r) eth1 ── b
// A probe is let through, its answer is not. conntrack knows an echo by its identifier, and each probe has a new one.
test('each probe is a new connection, and the policy takes its answer', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t seen { type filter hook forward priority -9; }', [
    'icmp type echo-request ct state established counter',
  ]);
  await addRules(r, 'ip t c { type filter hook forward priority 0; policy drop; }', ['ct state new accept']);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect((await counted(r, 'ip t seen'))[0]).toBe(0);
  expect(explanation).toContain('Path of its answer');
  expect(explanation).toContain('✗ dropped by the packet filter of r, table ip t, chain c (hook forward): policy drop');
});
