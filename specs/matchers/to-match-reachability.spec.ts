import { expect, type Lab, test } from 'hairpin';
import { addRules } from '../trace/rules/add-rules.ts';
import { failureOf } from './failure-of.ts';

// a ─┐
// b ─┼─ sw     b and c on isolated ports
// c ─┘
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, sw);
  return [b, c].map((ns) => lab.cable(ns, sw, { b: { isolated: true } }).b);
}

test('passes when every pair is as in the table', async ({ lab }) => {
  build(lab);
  await expect(lab).toMatchReachability(`
         a  b  c
      a  .  ✓  ✓
      b  ✓  .  ✗
      c  ✓  ✗  .`);
});

test('asks over IPv6, too', async ({ lab }) => {
  build(lab);
  await expect(lab).toMatchReachability('a b\na . ✓\nb ✓ .', { family: 6 });
});

test('does not ask where there is a dot', async ({ lab }) => {
  build(lab);
  await expect(lab).toMatchReachability('b c\nb . .\nc ✗ .');
});

test('fails with the table as it is, wrong cells marked', async ({ lab }) => {
  build(lab);
  const failure = await failureOf(
    expect(lab).toMatchReachability(`
         a  b  c
      a  .  ✓  ✗
      b  ✓  .  ✓
      c  ✓  ✗  .`),
  );
  expect(failure.replace(/Kernel:.*\n/, '')).toBe(`expect(lab).toMatchReachability(table)

Expected:  every pair as in the table
Received:  2 pairs otherwise
              a  b  c
           a  .  ✓  ✓!
           b  ✓  .  ✗!
           c  ✓  ✗  .

           a → c was not to be reached: it answered
           b → c was to be reached: ARP who-has 10.0.0.3 was never answered

Path of the last probe of b → c (ARP who-has 10.0.0.3 tell 10.0.0.2):
  b/eth0 → sw/p1 ─┬→ sw/p0 → a/eth0
                  └✗ sw/p1 and sw/p2 are isolated: isolated ports do not talk to each other
Hint: set({ isolated: false }) on one of them`);
});

test('a pair that was not to be reached has the way that its probe took', async ({ lab }) => {
  build(lab);
  const failure = await failureOf(expect(lab).toMatchReachability('a b\na . ✗\nb ✗ .'));
  expect(failure.replaceAll(/id \d+ seq \d+/g, 'id N')).toContain(`
           a → b was not to be reached: it answered
           b → a was not to be reached: it answered

Path of the answered probe of a → b (ICMP echo request 10.0.0.1 > 10.0.0.2 id N):
  a/eth0 → sw/p0 → sw/p1 → b/eth0`);
});

test('.not passes when some pair is otherwise, and fails when none is', async ({ lab }) => {
  const ports = build(lab);
  await expect(lab).not.toMatchReachability('b c\nb . ✓\nc ✓ .');
  for (const port of ports) port.set({ isolated: false });
  expect(
    await failureOf(expect(lab).not.toMatchReachability('b c\nb . ✓\nc ✓ .')),
  ).toBe(`expect(lab).not.toMatchReachability(table)

Expected:  some pair that is not as in the table
Received:  just that`);
});

test('a pair that could not be asked is inconclusive, and fails on either side', async ({ lab }) => {
  const [port] = build(lab);
  port?.set({ up: false });
  const table = 'a b\na . ✗\nb ✗ .';
  const failure = await failureOf(expect(lab).toMatchReachability(table));
  expect(failure).toContain(
    'b → a was not to be reached: inconclusive: b/eth0 has no carrier: the other end of its cable, sw/p1, is down\n',
  );
  expect(failure).toMatch(/\nHint: bring it up: set\({ up: true }\) on sw\/p1$/);
  await failureOf(expect(lab).not.toMatchReachability(table));
});

// a ── eth0 b eth1 ── c     b takes nothing in by eth0, and answers nobody, not even itself, at the address of eth1
test('each address of a host is asked from within, not only the first', async ({ lab }) => {
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, b, { a: { address: '10.0.0.1/24' }, b: { address: '10.0.0.2/24' } });
  lab.cable(c, b, { a: { address: '10.0.1.1/24' }, b: { address: '10.0.1.2/24' } });
  const silence = 'ip daddr 10.0.1.2 icmp type echo-request drop';
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['iifname "eth0" drop', silence]);
  await expect(a).not.toReach(b);
  const failure = await failureOf(expect(lab).toMatchReachability('a b c\na . ✗ .\nb . . .\nc . ✗ .'));
  expect(failure).toContain('\n           c → b was not to be reached: inconclusive: b does not even answer itself');
  expect(failure).not.toContain('a → b was');
});

const wrong: [table: string, message: string][] = [
  ['', 'the table is empty; its first line names the namespaces'],
  ['a d\na . ✓\nd ✓ .', "the lab has no host 'd'; it has a, b, c"],
  ['a sw\na . ✓\nsw ✓ .', "the lab has no host 'sw'; it has a, b, c"],
  ['a b\nb ✓ .\na . ✓', 'the rows must be those of the first line, a, b: received b, a'],
  ['a b\na .\nb ✓ .', 'row a must have 2 cells: received 1'],
  ['a b\na . y\nb ✓ .', "a cell must be ✓ (reaches), ✗ (does not) or . (not asked): received 'y' in row a"],
  ['a b\na ✓ ✓\nb ✓ .', 'row a must have . under itself: received ✓'],
];

test.for(wrong)('the table %j is refused: %s', async ([table, message], { lab }) => {
  build(lab);
  expect(await failureOf(expect(lab).toMatchReachability(table))).toBe(
    `expect(lab).toMatchReachability(table): ${message}`,
  );
});

test('what is no lab, no table, and no time, is refused', async ({ lab }) => {
  expect(await failureOf(expect(lab.namespace('x')).toMatchReachability('a\na .'))).toBe(
    'expect(x).toMatchReachability(table): expect() takes a lab: received a Namespace x',
  );
  expect(await failureOf(expect(lab).toMatchReachability(5 as never))).toContain(
    'the table must be a text: received 5',
  );
  expect(await failureOf(expect(lab).toMatchReachability('a\na .', { hold: 5 }))).toContain(
    'hold must be 20 ms or more, since an answer may take as long: received 5',
  );
});
