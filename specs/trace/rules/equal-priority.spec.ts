import { expect, type Lab, test } from 'hairpin';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  return { a, b };
}

const RULES = ['icmp type echo-request drop'];
/** Its counter says whether a chain was gone through; of the chain that drops nothing but the order decides. */
const COUNTED = ['icmp type echo-request counter', ...RULES];

test('of two chains of a table the one made last is tried first', async ({ lab }) => {
  const { a, b } = build(lab);
  for (const chain of ['older', 'younger'])
    await addRules(b, `ip t ${chain} { type filter hook input priority 0; }`, COUNTED);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect(await counted(b, 'ip t older')).toEqual([0]);
  expect((await counted(b, 'ip t younger'))[0]).toBeGreaterThan(0);
  expect(explanation).toContain('✗ dropped by the packet filter of b, table ip t, chain younger (hook input):\n');
});

test.for(['ip', 'inet'])('of chains of two tables, too: ip and %s', async (family, { lab }) => {
  const { a, b } = build(lab);
  await addRules(b, `${family} t one { type filter hook input priority 0; }`, COUNTED);
  await addRules(b, 'ip other two { type filter hook input priority 0; }', COUNTED);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  const [one] = await counted(b, `${family} t one`);
  const [first, chain] = one ? [`${family} t`, 'one'] : ['ip other', 'two'];
  expect(explanation).toContain(`✗ dropped by the packet filter of b, table ${first}, chain ${chain} (hook input):\n`);
});

test('where the other table drops nothing, the one that drops it is sure', async ({ lab }) => {
  const { a, b } = build(lab);
  await addRules(b, 'inet t one { type filter hook input priority 0; }', RULES);
  await addRules(b, 'ip other two { type filter hook input priority 0; }', ['tcp dport 80 drop', 'accept']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '✗ dropped by the packet filter of b, table inet t, chain one (hook input):\n',
  );
});

test('what was refused was not dropped without a word', async ({ lab }) => {
  const { a, b } = build(lab);
  // The younger runs first, whichever of them is listed first.
  await addRules(b, 'ip t drops { type filter hook input priority 0; }', RULES);
  await addRules(b, 'inet other refuses { type filter hook input priority 0; }', [
    'icmp type echo-request counter reject',
  ]);
  const explanation = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect((await counted(b, 'inet other refuses'))[0]).toBeGreaterThan(0);
  expect(explanation).toContain('✗ refused by the packet filter of b, table inet other, chain refuses (hook input):\n');
});

// a ── eth0 (r) eth1 ── b
test('nor on the way', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t drops { type filter hook forward priority 0; policy drop; }', ['meta length > 20 drop']);
  await addRules(r, 'inet other refuses { type filter hook forward priority 0; }', ['icmp type echo-request reject']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'a/eth0 → r/eth0 ✗ refused by the packet filter of r, table inet other, chain refuses (hook forward):\n',
  );
});
