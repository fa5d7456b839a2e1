import { expect, type Lab, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRules } from './add-rules.ts';
import { counted } from './counted.ts';

// a ── p0 (sw) p1 ── b
function build(lab: Lab) {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw);
  return { sw, a, b };
}

test.for(['unicast', 'broadcast', 'multicast'] as const)("%s: the receiver's own input", async (frame, { lab }) => {
  const { a, b } = build(lab);
  await addRules(b, 'ip t c { type filter hook input priority 0; }', [
    'tcp dport 80 drop',
    'ip protocol udp counter drop',
  ]);
  const failure = await failureOf(expect(b).toHear(a, { frame }));
  // The frame, and one more for the explanation's sake.
  expect(await counted(b, 'ip t c')).toEqual([2]);
  expect(failure).toContain(`
  a/eth0 → sw/p0 → sw/p1 → b/eth0 ✗ dropped by the packet filter of b, table ip t, chain c (hook input):
                                    ip protocol udp counter packets 2 bytes 68 drop # handle 3
Hint: on b: nft delete rule ip t c handle 3`);
});

test("nd: the receiver's own input", async ({ lab }) => {
  const { a, b } = build(lab);
  await addRules(b, 'ip6 t c { type filter hook input priority 0; }', ['icmpv6 type nd-neighbor-solicit drop']);
  const failure = await failureOf(expect(b).toHear(a, { frame: 'nd' }));
  expect(failure).toContain(' b/eth0 ✗ dropped by the packet filter of b, table ip6 t, chain c (hook input):\n');
});

test("arp: the ingress of the receiver's device; what its ARP is not to take is heard", async ({ lab }) => {
  const { a, b } = build(lab);
  await addRules(b, 'arp t c { type filter hook input priority 0; }', ['counter drop']);
  await expect(b).toHear(a, { frame: 'arp' });
  await addRules(b, 'netdev t c { type filter hook ingress device "eth0" priority 0; }', ['drop']);
  const failure = await failureOf(expect(b).toHear(a, { frame: 'arp' }));
  expect(failure).toContain(
    ' b/eth0 ✗ dropped by the packet filter of b, table netdev t, chain c (hook ingress) of b/eth0:\n',
  );
});

test('a switch on the way', async ({ lab }) => {
  const { sw, a, b } = build(lab);
  await addRules(sw, 'bridge t c { type filter hook forward priority 0; }', ['ip protocol udp counter drop']);
  const failure = await failureOf(expect(b).toHear(a, { frame: 'unicast' }));
  expect((await counted(sw, 'bridge t c'))[0]).toBeGreaterThan(0);
  expect(failure).toContain(
    '  a/eth0 → sw/p0 ✗ dropped by the packet filter of sw, table bridge t, chain c (hook forward):\n',
  );
});
