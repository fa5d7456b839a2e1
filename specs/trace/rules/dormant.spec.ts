import { expect, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── b
test('a table that sleeps drops nothing', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const chain = 'ip t c { type filter hook input priority 0; }';
  await addRules(b, chain, ['icmp type echo-request drop']);
  await addRules(b, chain.replace(' t ', ' behind '), ['icmp type echo-request counter', 'meta length > 20 drop']);
  await b.exec('nft', ['add table ip t { flags dormant; }']);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect((await counted(b, 'ip behind c'))[0]).toBeGreaterThan(0);
  expect(explanation).toContain('✗ dropped by the packet filter of b, table ip behind, chain c (hook input):\n');
});
