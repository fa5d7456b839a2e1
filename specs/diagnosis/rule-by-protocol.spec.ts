import { expect, type Lab, test } from 'hairpin';
import { wholeFailureOf } from '../matchers/failure-of.ts';
import { diagnosed } from './diagnosed.ts';

const HTTP = { by: 'tcp', port: 80, within: 50 } as const;

// a ── r ── b
// └─── c: for TCP to port 80 a rule of a's has another table
function build(lab: Lab) {
  const [a, r, b, c] = [lab.namespace('a'), lab.router('r'), lab.namespace('b'), lab.namespace('c')];
  lab.cable(a, r);
  lab.cable(r, b);
  lab.cable(a, c);
  a.rule.add({ ipproto: 'tcp', dport: 80, table: 7 });
  return { a, b };
}

test('a next hop that nobody has, for packets of one protocol and port', async ({ lab }) => {
  const { a, b } = build(lab);
  a.route.add({ to: 'default', via: '10.0.2.9', table: 7 });
  await expect(a).toReach(b, { by: 'tcp', port: 81 });
  const failure = await wholeFailureOf(expect(a).toReach(b, HTTP));
  expect(failure).toContain('From:      a 10.0.2.1 (eth1,');
  expect(failure).toContain('Received:  none (ARP who-has 10.0.2.9 was never answered;');
  expect(failure).toContain('✗ no device of the lab has 10.0.2.9');
});

test.for([
  ['blackhole', 'a blackhole route or rule of a takes it \\(EINVAL\\)'],
  ['prohibit', 'a prohibit route or rule of a takes it \\(EACCES\\)'],
  ['unreachable', 'Why: +a rule or route of a leads nowhere: unreachable'],
] as const)('a route of type %s in the table', async ([type, words], { lab }) => {
  const { a, b } = build(lab);
  a.route.add({ to: 'default', type, table: 7 });
  await expect(a).toReach(b);
  expect(await diagnosed(expect(a).toReach(b, HTTP))).toMatchObject({
    code: `route.${type}`,
    facts: { namespace: 'a' },
  });
  expect(await wholeFailureOf(expect(a).toReach(b, HTTP))).toMatch(
    new RegExp(`${words}\\n\\nHint: a rule may be the reason; on a: ip rule; ip route`),
  );
});
