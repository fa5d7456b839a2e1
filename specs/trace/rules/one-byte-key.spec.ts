import { expect, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';

// a ── r, with a rule whose set has intervals and a key of one byte ── b
test('a rule whose one byte nft turns as words is read as the kernel reads it', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  const rule = 'ip daddr . meta l4proto { 10.0.1.0/24 . icmp } drop';
  const chain = 'add chain inet t f { type filter hook forward priority 0; }';
  await r.exec('nft', [`add table inet t; ${chain}; add rule inet t f ${rule}`]);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):
  a/eth0 → r/eth0 ✗ may be dropped by the packet filter of r, table inet t, chain f (hook forward):
                    ip daddr . meta l4proto { … } drop # handle 3
Hint: on r: nft delete rule inet t f handle 3`,
  );
});
