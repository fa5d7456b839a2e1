import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// ns1 ─ macvlan vepa ┐
//                    ├─ up0 (host) ── p0 (sw), hairpin on or off ── gateway, neighbour
// ns2 ─ macvlan vepa ┘   a filter of host or sw drops the markers
test.for([
  ['on its way in', 'host', 'hook ingress device up0'],
  ['on its way out', 'sw', 'hook egress device p0'],
] as const)('a filter that drops the markers %s is no busy machine', async ([, at, hook], { macvlanPair }) => {
  const { lab, ns1, ns2, switchPort } = macvlanPair({ mode: 'vepa' });
  const holder = lab.namespaces.find(({ name }) => name === at);
  const rules = `table netdev t { chain c { type filter ${hook} priority 0; ether type 0x88b5 drop; }; }`;
  await holder?.exec('nft', ['-f', '-'], { input: rules });
  await expect(ns1).not.toReach(ns2);
  await expect(ns2).not.toHear(ns1);
  switchPort.set({ hairpin: true });
  await expect(ns1).toReach(ns2);
  expect(await failureOf(expect(ns1).not.toReach(ns2))).toMatch(/^Received: +an answer/m);
  expect(await failureOf(expect(ns2).not.toHear(ns1))).toMatch(/^Received: +1 copy/m);
});
