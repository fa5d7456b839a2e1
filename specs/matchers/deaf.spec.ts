import { expect, type Lab, test } from 'hairpin';
import { addRules } from '../trace/rules/add-rules.ts';
import { failureOf } from './failure-of.ts';

// a ── p0 (sw) p1 ── b, which hears and answers nothing whatever the network does
function build(lab: Lab) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  const [, ofB] = [a, b].map((ns) => lab.cable(ns, sw));
  return { sw, a, b, eth0: b.interface(), p1: (ofB as NonNullable<typeof ofB>).b };
}

async function receivedOf(assertion: PromiseLike<unknown>): Promise<string | undefined> {
  return /^Received: .*$/m.exec(await failureOf(assertion))?.[0];
}

test('a receiver that is down', async ({ lab }) => {
  const { a, b, eth0 } = build(lab);
  eth0.set({ up: false });
  expect(await receivedOf(expect(b).not.toHear(a))).toBe('Received:  inconclusive: b/eth0 is down');
  expect(await receivedOf(expect(b).toHear(a, { copies: 0 }))).toBe('Received:  inconclusive: b/eth0 is down');
  await expect(b).not.toHear(a, { because: 'lost' });
});

test('a receiver without a carrier', async ({ lab }) => {
  const { a, b, p1 } = build(lab);
  p1.set({ up: false });
  expect(await receivedOf(expect(b).not.toHear(a))).toBe(
    'Received:  inconclusive: b/eth0 has no carrier: the other end of its cable, sw/p1, is down',
  );
});

test.for(['unicast', 'broadcast', 'multicast'] as const)('a receiver that drops %s itself', async (frame, { lab }) => {
  const { a, b } = build(lab);
  await addRules(b, 'ip f i { type filter hook input priority 0; policy drop; }', []);
  const failure = await failureOf(expect(b).not.toHear(a, { frame }));
  expect(failure).toContain('\nReceived:  inconclusive: it came to b/eth0, whose own stack did not take it\n');
  expect(failure).toContain(' → b/eth0 ✗ dropped by the packet filter of b, table ip f, chain i (hook input)');
  await expect(b).not.toHear(a, { frame, because: 'lost' });
});

// b answers a, and cannot be asked from within
test('a target whose loopback is down', async ({ lab }) => {
  const { a, b } = build(lab);
  await b.exec('ip', ['link', 'set', 'lo', 'down']);
  await expect(a).toReach(b);
  await addRules(b, 'ip f i { type filter hook input priority 0; }', ['ip saddr 10.0.0.1 drop']);
  expect(await receivedOf(expect(a).not.toReach(b))).toMatch(
    /^Received: {2}inconclusive: none \(b cannot be asked from within, for its lo is down; \d+ probes?\)$/,
  );
  await expect(a).not.toReach(b, { because: 'lost' });
  await b.exec('ip', ['link', 'set', 'lo', 'up']);
  await expect(a).not.toReach(b);
});

// a ── p0 (sw) p1 ── b: c is on the same switch, and gets its answers
test.for(['lo is down', 'a rule drops what comes from lo'])(
  'a target that answers its neighbour, though %s',
  async (why, { lab }) => {
    const { sw, a, b } = build(lab);
    const c = lab.namespace('c');
    lab.cable(c, sw);
    await addRules(b, 'ip f i { type filter hook input priority 0; }', ['ip saddr 10.0.0.1 drop', 'iif lo drop']);
    if (why === 'lo is down') await b.exec('ip', ['link', 'set', 'lo', 'down']);
    for (const by of ['icmp', 'tcp', 'udp'] as const) await expect(a).not.toReach(b, { by });
    await expect(lab).toMatchReachability(`
         a  b  c
      a  .  ✗  ✓
      b  .  .  .
      c  .  ✓  .`);
    // Deaf to both, it may be deaf to all.
    await b.exec('nft', ['insert', 'rule', 'ip', 'f', 'i', 'drop']);
    expect(await receivedOf(expect(a).not.toReach(b))).toContain('inconclusive: none (b ');
  },
);

test('a matrix that expects silence of who answers nobody', async ({ lab }) => {
  const { b } = build(lab);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  const table = `
         a  b
      a  .  ✗
      b  ✓  .`;
  expect(await failureOf(expect(lab).toMatchReachability(table))).toContain(
    'a → b was not to be reached: inconclusive: b does not even answer itself',
  );
  await expect(lab).toMatchReachability(table, { because: 'lost' });
});

// a ── sw ── b
test('a host without IPv4 is asked over IPv6', async ({ lab }) => {
  const sw = lab.switch('sw', { subnets: ['fd99::/64'] });
  for (const name of ['a', 'b']) lab.cable(lab.namespace(name), sw);
  await expect(lab).toMatchReachability(`
         a  b
      a  .  ✓
      b  ✓  .`);
});

test('two questions at one port wait for each other', async ({ lab }) => {
  const { a, b } = build(lab);
  const asked = await Promise.allSettled([
    expect(a).toReach(b, { by: 'tcp', port: 9090 }),
    expect(a).toReach(b, { by: 'tcp', port: 9090, listen: false, within: 50 }),
    expect(a).toReach(b, { by: 'tcp', port: 9090 }),
  ]);
  expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
