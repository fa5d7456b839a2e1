// No network: the devices are plain objects.
import { expect, test } from 'vitest';
import type { LowerDevice } from '../../lib/links/link-description.ts';
import '../../lib/links/registry.ts';
import { whyBusy } from '../../lib/links/rx-handler.ts';

const ONE = 'a device has one rx_handler (netdev_rx_handler_register)';

function parent(kind: string, ...children: string[]): LowerDevice {
  const device = (name: string) => ({ state: () => ({}) as never, toString: () => name });
  return {
    ...{ ...device('p'), kind },
    children: children.map((each) => ({ ...device('c'), kind: each, deleted: false })),
  };
}

test.each([
  [
    'ipvlan',
    parent('veth', 'macvtap'),
    'p has c, a macvtap: macvlan and ipvlan exclude one another on one parent, since ',
  ],
  [
    'macvlan',
    parent('veth', 'ipvtap'),
    'p has c, an ipvtap: macvlan and ipvlan exclude one another on one parent, since ',
  ],
])('an %s on the parent of another kind: %#', (wanted, lower, words) => {
  expect(whyBusy(lower, wanted)).toBe(`${words}${ONE}`);
});

test('links of one kind share the handler', () => {
  expect(whyBusy(parent('veth', 'macvlan'), 'macvlan')).toBe(`p is a bridge port already; ${ONE}`);
});

test('an ipvlan on a macvtap, whose character device has the frames', () => {
  expect(whyBusy(parent('macvtap'), 'ipvlan')).toBe(
    'p is a macvtap itself, which hands its frames to a character device',
  );
});

test('an ipvlan on a macvlan, which has no handler', () => {
  expect(whyBusy(parent('macvlan'), 'ipvlan')).toBe(`p is a bridge port already; ${ONE}`);
});
