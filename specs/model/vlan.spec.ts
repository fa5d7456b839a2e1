import { expect, test } from 'vitest';
import type { Frame } from '../../lib/model/frame.ts';
import { predict } from '../../lib/model/predict.ts';
import { heardBy, stepsOf } from '../../lib/model/prediction.ts';
import { type PlannedDevice, planNetwork } from './plan-network.ts';

const MAC = { a: '02:00:00:00:00:0a', b: '02:00:00:00:00:0b' };
const TAG = 0x8100;

/** a eth0.10 ── eth0 ═══ eth0 ─┬─ eth0.10 b
 *                              └─ eth0.20 b */
function network(more: Partial<PlannedDevice> = {}, mtu = 1500) {
  const vlan = (mac: string, lower: 'a/eth0' | 'b/eth0', id: number): PlannedDevice => ({
    ...{ kind: 'vlan', mac, lower, data: { protocol: '802.1Q', id } },
  });
  return planNetwork({
    'a/eth0': { mac: MAC.a, peer: 'b/eth0' },
    'a/eth0.10': vlan(MAC.a, 'a/eth0', 10),
    'b/eth0': { mac: MAC.b, peer: 'a/eth0', mtu },
    'b/eth0.10': { ...vlan(MAC.b, 'b/eth0', 10), ...more },
    'b/eth0.20': vlan(MAC.b, 'b/eth0', 20),
  });
}

/** Sends a frame by a device of a. Devices have the indexes of their lines above, from 1. */
function send(
  state: ReturnType<typeof network>,
  index: number,
  tags: Frame['tags'] = [],
  length = 46,
  destination = MAC.b,
) {
  const frame = { source: MAC.a, destination, tags, etherType: 0x0800, length };
  return predict(state, frame, { namespace: 'a', index, direction: 'out' });
}

const heard = (...sent: Parameters<typeof send>) => heardBy(send(...sent)).map(({ index }) => index);
const dropsOf = (...sent: Parameters<typeof send>) => stepsOf(send(...sent)).flatMap(({ drops }) => drops);

test('a VLAN device tags what it sends, and the device for that tag takes it (vlan_do_receive)', () => {
  expect(heard(network(), 2)).toEqual([4]);
  const [eth0] = send(network(), 2).next;
  expect(eth0?.frame.tags).toEqual([{ type: TAG, id: 10 }]);
  expect(dropsOf(network(), 2)).toMatchObject([
    { cause: { code: 'vlan.other-tag', facts: { device: 'b/eth0.20', id: 20, tag: { protocol: '802.1Q', id: 10 } } } },
  ]);
});

test('a VLAN device with another MAC address than the device below takes what is for its own alone', () => {
  const [own, nobody] = ['02:00:00:00:00:0c', '02:00:00:00:00:0d'];
  const heardOf = (destination: string) => heard(network({ mac: own }), 2, [], 46, destination);
  expect([own, nobody].map(heardOf)).toEqual([[4], []]);
});

test('what has no tag the device below takes itself', () => {
  expect(heard(network(), 1)).toEqual([3]);
  expect(dropsOf(network(), 1).map(({ cause }) => cause)).toMatchObject([
    { code: 'vlan.other-tag', facts: { device: 'b/eth0.10', tag: null } },
    { code: 'vlan.other-tag', facts: { device: 'b/eth0.20', tag: null } },
  ]);
});

test('nobody takes a tag that is of no VLAN here; of id 0 it bears a priority only', () => {
  expect(heard(network(), 1, [{ type: TAG, id: 30 }])).toEqual([]);
  expect(dropsOf(network(), 1, [{ type: TAG, id: 30 }]).at(-1)?.cause).toEqual({
    code: 'vlan.missing',
    facts: { device: 'b/eth0', tag: { protocol: '802.1Q', id: 30 } },
  });
  expect(heard(network(), 1, [{ type: 0x88a8, id: 10 }])).toEqual([]);
  expect(heard(network(), 1, [{ type: TAG, id: 0 }])).toEqual([3]);
});

test('a VLAN device that is down takes its frames, and drops them', () => {
  expect(heard(network({ up: false }), 2)).toEqual([]);
  expect(dropsOf(network({ up: false }), 2)).toContainEqual({
    cause: { code: 'link.down', facts: { device: 'b/eth0.10' } },
    function: 'vlan_do_receive',
    towards: expect.objectContaining({ namespace: 'b', index: 4 }),
  });
});

test('the outermost tag counts for no MTU, further ones do', () => {
  expect(heard(network({}, 1000), 2, [], 1004)).toEqual([4]);
  expect(heard(network({}, 1000), 2, [{ type: TAG, id: 5 }], 1004)).toEqual([]);
});
