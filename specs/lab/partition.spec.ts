import { diagnosisOf, expect, type Lab, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a, b, c, d ── sw
function build(lab: Lab) {
  const sw = lab.switch('sw');
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => lab.namespace(name)) as [never, never, never, never];
  for (const host of [a, b, c, d]) lab.cable(host, sw);
  return { a, b, c, d } as Record<'a' | 'b' | 'c' | 'd', ReturnType<Lab['namespace']>>;
}

test('between the groups of a partition nothing gets through, and everything else does', async ({ lab }) => {
  const { a, b, c } = build(lab);
  const whole = `
         a  b  c  d
      a  .  ✓  ✓  ✓
      b  ✓  .  ✓  ✓
      c  ✓  ✓  .  ✓
      d  ✓  ✓  ✓  .`;
  const split = `
         a  b  c  d
      a  .  ✓  ✗  ✓
      b  ✓  .  ✗  ✓
      c  ✗  ✗  .  ✓
      d  ✓  ✓  ✓  .`;
  {
    using partition = lab.partition([a, b], [c]);
    expect(String(partition)).toBe('[a, b] | [c]');
    for (const family of [4, 6] as const) await expect(lab).toMatchReachability(split, { family });
    // Conclusive: the target answers itself, and nothing is under way any more.
    await expect(a).not.toReach(c);
    await expect(c).not.toReach(a, { by: 'tcp', port: 80 });
    await expect(a).not.toReach(c, { by: 'arp' });
    await expect(b).toHear(a, { frame: 'broadcast' });
    // The referee.
    expect((await a.exec('ping', ['-c1', '-W1', '10.0.0.3'], { reject: false })).exitCode).not.toBe(0);
    expect((await a.exec('ping', ['-c1', '-W5', '10.0.0.2'])).exitCode).toBe(0);
  }
  for (const family of [4, 6] as const) await expect(lab).toMatchReachability(whole, { family });
  expect((await c.exec('nft', ['list', 'ruleset'])).stdout).toBe('');
});

test('a packet that a partition lost has it as its cause', async ({ lab }) => {
  const { a, b, c } = build(lab);
  using partition = lab.partition([a, b], [c]);
  const lost = { droppedBy: 'fault.partition', at: c } as const;
  await expect(a).not.toReach(c, lost);
  await expect(a).not.toReach(c, { ...lost, family: 6 });
  a.neighbour.add({ to: '10.0.0.3', lladdr: c.interface().mac });
  await expect(a).not.toReach(c, lost);
  await expect(c).not.toHear(a, { frame: 'broadcast', ...lost });

  const error = await expect(a)
    .toReach(c, { within: 50 })
    .catch((thrown: unknown) => thrown);
  expect(diagnosisOf(error)).toMatchObject({
    code: 'fault.partition',
    facts: { namespace: 'c', groups: [['a', 'b'], ['c']] },
    certainty: 'kernel',
  });
  partition.heal();
  await expect(a).toReach(c);
  partition.heal();
});

// a ─┐              ┌─ c
//    ├─ r (router) ─┤
// b ─┘              └─ d
test('behind a router the senders of the packets count', async ({ lab }) => {
  const r = lab.router('r');
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => lab.namespace(name)) as [never, never, never, never];
  for (const host of [a, b, c, d]) lab.cable(host, r);
  using _split = lab.partition([a, b], [c, d]);
  await expect(lab).toMatchReachability(`
         r  a  b  c  d
      r  .  ✓  ✓  ✓  ✓
      a  ✓  .  ✓  ✗  ✗
      b  ✓  ✓  .  ✗  ✗
      c  ✓  ✗  ✗  .  ✓
      d  ✓  ✗  ✗  ✓  .`);
  await expect(a).not.toReach(c, { droppedBy: 'fault.partition', at: c });
});

// ns1 ─ m1 (bridge) ┐
//                   ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ m2 (bridge) ┘                         └─ p2 ── neighbour
test('what only passes a host of a group is not lost', async ({ lab, macvlanPair }) => {
  const { ns1, ns2, host, gateway } = macvlanPair({ mode: 'bridge' });
  using _first = lab.partition([host], [gateway]);
  await expect(ns1).toReach(gateway);
  await expect(ns1).toHear(gateway, { frame: 'broadcast' });
  await expect(host).not.toReach(gateway);
  using _second = lab.partition([ns1], [ns2]);
  await expect(ns1).not.toReach(ns2, { droppedBy: 'fault.partition' });
  await expect(ns1).toReach(gateway);
});

// a, b, c, d ── sw; 10.0.0.99 moves from a to b
test('an address that has moved to a host of the own group is heard', async ({ lab }) => {
  const { a, b, c } = build(lab);
  a.interface().address.add('10.0.0.99/24');
  using _split = lab.partition([a], [b, c]);
  b.interface().address.add('10.0.0.99/24');
  await expect(c).toReach('10.0.0.99');
});

test('a failure names the groups and what ends them', async ({ lab }) => {
  const { a, b, c } = build(lab);
  using _split = lab.partition([a, b], [c]);
  a.neighbour.add({ to: '10.0.0.3', lladdr: c.interface().mac });
  expect(await failureOf(expect(a).toReach(c, { within: 50 }))).toMatch(
    / → c\/eth0 ✗ lost between the groups of lab\.partition: \[a, b\] \| \[c\]\nHint: c hears only its own group until the partition ends: heal\(\), or the end of its `using` scope$/,
  );
});
