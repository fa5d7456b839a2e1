import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;
const B = '10.0.1.2';

// a ── eth0 (r) eth1 ── b
test.for([
  [{ to: '10.0.1.0/24', type: 'unreachable' }, 'route.none', 'to 10.0.1.0/24 priority 10 unreachable'],
  [{ from: '10.0.0.1', type: 'prohibit' }, 'route.prohibit', 'from 10.0.0.1/32 priority 10 prohibit'],
  [{ iif: 'eth0', type: 'blackhole' }, 'route.blackhole', 'priority 10 iif eth0 blackhole'],
] as const)('the rule %o of a router is named, and the hint removes it', async ([rule, code, words], { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  // Rules for other packets are passed over.
  r.rule.add({ to: '10.9.0.0/24', type: 'blackhole', priority: 5 });
  r.rule.add({ ...rule, priority: 10 });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({ code, facts: { namespace: 'r', rule: words } });
  await r.exec('ip', ['rule', 'del', ...words.split(' ')]);
  await expect(a).toReach(b, { family: 4 });
});

test('of a rule that names a table the route is named', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.rule.add({ iif: 'eth0', table: 100 });
  r.route.add({ to: '10.0.1.0/24', type: 'prohibit', table: 100 });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'route.prohibit',
    facts: { namespace: 'r', route: 'prohibit 10.0.1.0/24 table 100' },
  });
});

test('a rule behind one that only the kernel can judge is not named', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  r.rule.add({ from: '10.0.0.1', type: 'prohibit', priority: 10 });
  r.rule.add({ fwmark: 5, type: 'blackhole', priority: 5 });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).not.toHaveProperty('facts.rule');
});

test('a rule for the answers of the target is named', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  b.rule.add({ to: '10.0.0.1', type: 'blackhole', priority: 10 });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'route.blackhole',
    facts: { namespace: 'b', rule: 'to 10.0.0.1/32 priority 10 blackhole' },
  });
});

test.for(['a', 'r'] as const)('a throw route in the table main of %s is named', async (name, { lab }) => {
  const hosts = addRoutedHosts(lab);
  hosts[name].route.add({ to: B, type: 'throw' });
  expect(await diagnosed(expect(hosts.a).toReach(hosts.b, SHORT))).toMatchObject({
    code: 'route.none',
    facts: { namespace: name, to: B, thrown: `throw ${B}/32` },
  });
});

test('a throw route where no other route leads is not the reason', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('ip', ['route', 'del', '10.0.1.0/24', 'dev', 'eth1']);
  r.route.add({ to: B, type: 'throw' });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'route.none',
    facts: { namespace: 'r', to: B },
  });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).not.toHaveProperty('facts.thrown');
});

test('a route in a table that no rule leads to', async ({ lab }) => {
  const { a, r } = addRoutedHosts(lab);
  const facts = { namespace: 'r', to: '10.9.0.1' };
  expect(await diagnosed(expect(a).toReach('10.9.0.1', SHORT))).toMatchObject({ code: 'route.none', facts });
  r.route.add({ to: '10.9.0.0/24', via: B, table: 100 });
  expect(await diagnosed(expect(a).toReach('10.9.0.1', SHORT))).toMatchObject({
    code: 'route.none',
    facts: { ...facts, unused: { table: 100 } },
  });
  r.rule.add({ to: '10.9.0.1', table: 100 });
  expect(await diagnosed(expect(a).toReach('10.9.0.1', SHORT))).not.toMatchObject({ code: 'route.none', facts });
});

test('a router whose rule for the table main is gone', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('ip', ['rule', 'del', 'priority', '32766']);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'route.none',
    facts: { namespace: 'r', unused: { table: 254 } },
  });
  r.rule.add({ table: 'main', priority: 32766 });
  await expect(a).toReach(b, { family: 4 });
});
