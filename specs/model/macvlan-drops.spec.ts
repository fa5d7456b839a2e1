import { expect, test } from 'vitest';
import { predict } from '../../lib/model/predict.ts';
import { stepsOf } from '../../lib/model/prediction.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import { type Article, article, MAC, type Place, placeOf } from './article.ts';

// ns1 ─ macvlan ┐
//               ├─ eth0 (host) ── p0 (sw), which reflects ── gateway
// ns2 ─ macvlan ┘
/** Why a broadcast is kept from a macvlan. */
function causes(children: Article['children'], from: Place, to: Place) {
  const state = article({ children, hairpin: true });
  const frame = { source: MAC[from], destination: BROADCAST_MAC, tags: [], etherType: 0x0800, length: 46 };
  return stepsOf(predict(state, frame, { ...placeOf(state, from), direction: 'out' }))
    .flatMap(({ drops }) => drops)
    .filter(({ towards }) => towards?.namespace === to)
    .map(({ cause }) => cause);
}

test.for(['vepa', 'bridge'] as const)('a private child hears no reflected broadcast of a child in %s', (mode) => {
  expect(causes({ ns1: { mode }, ns2: { mode: 'private' } }, 'ns1', 'ns2')).toEqual([
    { code: 'macvlan.private', facts: { device: 'ns2/eth0', as: 'receiver' } },
  ]);
});

test('a sibling in bridge loses nothing: it had its copy before the switch had the frame (macvlan_broadcast)', () => {
  expect(causes({ ns1: { mode: 'bridge' }, ns2: { mode: 'bridge' } }, 'ns1', 'ns2')).toEqual([]);
});

test('a child in source loses what its list leaves out, and nothing else', () => {
  const source = { mode: 'source', macaddr: [MAC.ns1] } as const;
  expect(causes({ ns1: { mode: 'bridge' }, ns2: source }, 'ns1', 'ns2')).toEqual([]);
  expect(causes({ ns1: { mode: 'bridge' }, ns2: { ...source, macaddr: [] } }, 'ns1', 'ns2')).toEqual([
    { code: 'macvlan.not-listed', facts: { device: 'ns2/eth0', mac: MAC.ns1 } },
  ]);
});

test('the only child, without a queue for broadcasts, hears none (macvlan_broadcast_enqueue)', () => {
  expect(causes({ ns1: { mode: 'vepa', bcqueuelen: 0 } }, 'gateway', 'ns1')).toEqual([
    { code: 'macvlan.no-queue', facts: { parent: 'host/eth0' } },
  ]);
});
