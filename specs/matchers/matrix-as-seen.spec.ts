import { expect, type Lab, test } from 'hairpin';
import { failureOf } from './failure-of.ts';

// a ── r ── b     r ── c
function build(lab: Lab) {
  const [a, r, b, c] = [lab.namespace('a'), lab.router('r'), lab.namespace('b'), lab.namespace('c')];
  for (const host of [a, b, c]) lab.cable(r, host);
  return { a, r, b };
}

/** What a table says of the only pair that it asks. */
async function pairOf(lab: Lab, cell: '✓' | '✗'): Promise<string | undefined> {
  const failure = await failureOf(expect(lab).toMatchReachability(`\n    a  b\n a  .  ${cell}\n b  .  .`));
  return /^ +a → b .*$/m.exec(failure)?.[0].trim();
}

test('an answer counts as of whom it came from', async ({ lab }) => {
  const { r, b } = build(lab);
  b.interface('eth0').set({ up: false });
  await r.exec('ip', ['address', 'add', '10.0.1.2/32', 'dev', 'lo']);
  expect(await pairOf(lab, '✓')).toBe('a → b was to be reached: inconclusive: it answered, but r has 10.0.1.2 too');
});

test('an answer to what a packet filter has translated is none of the one that was asked', async ({ lab }) => {
  const { r, b } = build(lab);
  b.interface('eth0').set({ up: false });
  const chain = 'add chain ip t p { type nat hook prerouting priority -100; }';
  await r.exec('nft', [`add table ip t; ${chain}; add rule ip t p ip daddr 10.0.1.2 dnat to 10.0.2.2`]);
  expect(await pairOf(lab, '✓')).toBe(
    'a → b was to be reached: inconclusive: it answered, but c got the probe, whose target had become 10.0.2.2',
  );
});

test('what the source itself takes is no word on the network', async ({ lab }) => {
  const { a } = build(lab);
  const chain = 'add chain netdev t e { type filter hook egress device eth0 priority 0; }';
  await a.exec('nft', [`add table netdev t; ${chain}; add rule netdev t e ip protocol icmp drop`]);
  expect(await pairOf(lab, '✗')).toBe(
    'a → b was not to be reached: inconclusive: no interface of a was seen to send it: a packet filter or queue of its own took it',
  );
});

test('where rules lead elsewhere than the routes, a probe has left', async ({ lab }) => {
  const { a, r } = build(lab);
  a.route.delete({ to: '0.0.0.0/0', via: '10.0.0.1' });
  await a.exec('ip', ['rule', 'add', 'ipproto', 'icmp', 'lookup', '100']);
  await a.exec('ip', ['route', 'add', 'default', 'via', '10.0.0.1', 'table', '100']);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  await expect(lab).toMatchReachability(`
    a  b
 a  .  ✗
 b  .  .`);
});
