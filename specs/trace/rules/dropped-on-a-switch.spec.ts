import { expect, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── p0 (sw) p1 ── b
//           p2 ── c
test('the bridge family, on a switch', async ({ lab }) => {
  const [sw, a, b, c] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  for (const ns of [a, b, c]) lab.cable(ns, sw);
  await addRules(sw, 'bridge filter pass { type filter hook forward priority 0; }', [
    'iifname "p0" oifname "p1" ether type ip counter drop',
  ]);
  await expect(a).toReach(c);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.0.2 id N seq N):
  a/eth0 → sw/p0 ✗ dropped by the packet filter of sw, table bridge filter, chain pass (hook forward):
                   iifname "p0" oifname "p1" ether type ip counter packets N bytes N drop # handle 2
Hint: on sw: nft delete rule bridge filter pass handle 2`,
  );
});
