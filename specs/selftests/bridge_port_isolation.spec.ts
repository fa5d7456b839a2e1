import { expect, type Lab, test } from 'hairpin';

const UNKNOWN = { destination: 'de:ad:be:ef:13:37', ip: { destination: '192.0.2.100' } };

//    h1 ── p0, isolated
// sw h2 ── p1, isolated
//    h3 ── p2
function build(lab: Lab) {
  const sw = lab.switch('sw', { subnets: ['192.0.2.0/24', '2001:db8:1::/64'] });
  const [h1, h2, h3] = [lab.namespace('h1'), lab.namespace('h2'), lab.namespace('h3')];
  for (const host of [h1, h2]) lab.cable(host, sw, { b: { isolated: true } });
  lab.cable(h3, sw);
  return { h1, h2, h3 };
}

test.for([
  ['Isolated port ping', 4],
  ['Isolated port ping6', 6],
] as const)('%s', async ([, family], { lab }) => {
  const { h1, h2, h3 } = build(lab);
  await expect(h1).not.toReach(h2, { family, droppedBy: 'bridge.isolated' });
  await expect(h3).toReach(h2, { family });
});

test('Isolated port flooding', async ({ lab }) => {
  const { h1, h2, h3 } = build(lab);
  await expect(h2).not.toSee(h1, { frame: UNKNOWN, droppedBy: 'bridge.isolated' });
  await expect(h2).toSee(h3, { frame: UNKNOWN, copies: 1 });
});
