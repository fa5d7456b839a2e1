import { expect, test } from 'hairpin';
import { diagnosed } from '../../diagnosis/diagnosed.ts';

// a ── p0 sw ─┬─ p1 ── b
//             └─ p2 ── c, where a rule sends what is for b
test('a rule that sends a packet elsewhere is named with its hook', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  for (const host of [a, b, c]) lab.cable(host, sw);
  await sw.exec('nft', [
    'add table netdev t; add chain netdev t c { type filter hook ingress device p0 priority 0; }; add rule netdev t c icmp type echo-request fwd to p2',
  ]);
  expect(await diagnosed(expect(a).toReach(b, { within: 50 }))).toMatchObject({
    code: 'nft.stolen',
    facts: { namespace: 'sw', family: 'netdev', table: 't', chain: 'c', hook: 'ingress', isBase: true },
  });
});
