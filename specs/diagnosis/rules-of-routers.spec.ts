import { expect, type Lab, test } from 'hairpin';
import { describeLoadingPrograms } from '../needs.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50, family: 4 } as const;

// a ── left (r) right ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address: '10.1.0.2/24' }, b: { name: 'left', address: '10.1.0.1/24' } });
  lab.cable(r, b, { a: { name: 'right', address: '10.2.0.1/24' }, b: { address: '10.2.0.2/24' } });
  return { a, r, b };
}

test.for([
  ['prohibit', 'route.prohibit'],
  ['blackhole', 'route.blackhole'],
  ['unreachable', 'route.none'],
] as const)(
  'a rule of a router that says %s for what is from a host takes its packet',
  async ([action, code], { lab }) => {
    const { a, r, b } = build(lab);
    await r.exec('ip', ['rule', 'add', 'from', '10.1.0.2', 'iif', 'left', action]);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      ...{ code, of: 'probe', lastSeen: 'r/left' },
      facts: { namespace: 'r' },
    });
  },
);

test('a rule of a router for what comes in by the other device takes the answer', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await r.exec('ip', ['rule', 'add', 'iif', 'right', 'blackhole']);
  const lost = { code: 'route.blackhole', facts: { namespace: 'r' }, of: 'answer', lastSeen: 'r/right' };
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject(lost);
});

test('a rule names a table whose route leads nowhere, for packets of one port', async ({ lab }) => {
  const { a, r, b } = build(lab);
  await r.exec('ip', ['route', 'add', 'prohibit', 'default', 'table', '100']);
  r.rule.add({ ipproto: 'tcp', dport: 80, table: 100 });
  await expect(a).toReach(b, { by: 'tcp', port: 81 });
  expect(await diagnosed(expect(a).toReach(b, { by: 'tcp', port: 80, within: 50 }))).toMatchObject({
    ...{ code: 'route.prohibit', of: 'probe', lastSeen: 'r/left' },
    facts: { namespace: 'r' },
  });
});

test('a rule of the target for its own answers is the cause there', async ({ lab }) => {
  const { a, b } = build(lab);
  await b.exec('ip', ['rule', 'add', 'from', '10.2.0.2', 'to', '10.1.0.0/24', 'prohibit']);
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    ...{ code: 'route.prohibit', lastSeen: 'b/eth0' },
    facts: { namespace: 'b' },
  });
});

// a ── eth0 (r) eth1 ── b
test.for([
  [4, '10.2.0.77'],
  [6, 'fd00:2::77'],
] as const)('a rule of a router leads to a next hop that nobody is, over IPv%i', async ([family, via], { lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address: ['10.1.0.2/24', 'fd00:1::2/64'] }, b: { address: ['10.1.0.1/24', 'fd00:1::1/64'] } });
  lab.cable(r, b, { a: { address: ['10.2.0.1/24', 'fd00:2::1/64'] }, b: { address: ['10.2.0.2/24', 'fd00:2::2/64'] } });
  await expect(a).toReach(b, { family });
  r.rule.add({ iif: 'eth0', family, table: 100 });
  r.route.add({ to: 'default', via, table: 100 });
  expect(await diagnosed(expect(a).toReach(b, { family, within: 50 }))).toMatchObject({
    ...{ code: 'neighbour.unanswered', of: 'probe', lastSeen: 'r/eth0' },
    facts: { asked: { by: 'r', address: via } },
  });
});

test('a rule of the target leads its answers to a next hop that nobody is', async ({ lab }) => {
  const { a, b } = build(lab);
  b.rule.add({ to: '10.1.0.0/24', table: 100 });
  b.route.add({ to: 'default', via: '10.2.0.77', table: 100 });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    ...{ code: 'neighbour.unanswered', lastSeen: 'b/eth0' },
    facts: { asked: { by: 'b', address: '10.2.0.77' } },
  });
});

describeLoadingPrograms(() => {
  // Nobody but the kernel knows the mark of a packet: its drop in ip_error says that the rules refused the packet.
  test.for([
    ['blackhole', 'route.blackhole'],
    ['prohibit', 'route.prohibit'],
    ['unreachable', 'route.none'],
  ] as const)('a rule for a mark that a packet filter sets: %s', async ([action, code], { lab }) => {
    const { a, r, b } = build(lab);
    await r.exec('ip', ['rule', 'add', 'fwmark', '7', action]);
    await expect(a).toReach(b);
    await addRules(r, 'ip t c { type filter hook prerouting priority -150; }', ['iif left meta mark set 7']);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      ...{ code, of: 'probe', lastSeen: 'r/left' },
      facts: { namespace: 'r' },
    });
  });
});
