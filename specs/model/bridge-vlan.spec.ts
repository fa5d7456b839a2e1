import { describe, expect, test } from 'vitest';
import type { ModelState } from '../../lib/model/network.ts';
import { predict } from '../../lib/model/predict.ts';
import { heardBy, stepsOf } from '../../lib/model/prediction.ts';
import type { BridgeVlan } from '../../lib/netlink/bridge/bridge-vlan.ts';
import type { PortState } from '../../lib/netlink/bridge/port-state.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import type { VlanTag } from '../../lib/wire/vlan-tag.ts';
import { type PlannedEntry, type PlannedPort, planNetwork } from './plan-network.ts';

const MAC = { a: '02:00:00:00:00:0a', b: '02:00:00:00:00:0b', c: '02:00:00:00:00:0c', br0: '02:00:00:00:01:00' };
const [Q, AD] = [0x8100, 0x88a8];

/** VLANs as in `10 pvid untagged blocking`. */
const vlan = (words: string): BridgeVlan & { state: PortState } => {
  const [id, ...flags] = words.split(' ');
  const state = (['blocking', 'disabled', 'listening', 'learning'] as const).find((word) => flags.includes(word));
  const [pvid, untagged] = ['pvid', 'untagged'].map((word) => flags.includes(word)) as [boolean, boolean];
  return { id: Number(id), pvid, untagged, state: state ?? 'forwarding' };
};

interface Options {
  pa?: string[];
  pb?: string[];
  pc?: string[];
  br0?: string[];
  data?: object;
  entries?: Omit<PlannedEntry, 'bridge'>[];
  port?: Partial<PlannedPort>;
  promiscuity?: number;
}

/**
 * a ── pa ┐
 * b ── pb ┼ br0 (sw), which looks at VLANs
 * c ── pc ┘
 */
function network({ data = {}, entries = [], port = {}, promiscuity = 0, ...vlans }: Options = {}): ModelState {
  const { pa = ['1 pvid untagged'], pb = pa, pc = pa, br0 = ['1 pvid untagged'] } = vlans;
  const end = (host: 'a' | 'b' | 'c', last: number, own: string[]) => ({
    ...({ mac: `02:00:00:00:01:0${last}`, peer: `${host}/eth0`, vlans: own.map(vlan) } as const),
    port: { of: 'br0', ...(host === 'a' ? port : {}) },
  });
  const settings = { ageingTime: 300, stp: false, mcastSnooping: false, groupFwdMask: 0, vlanFiltering: true, ...data };
  return planNetwork(
    {
      'sw/br0': { kind: 'bridge', mac: MAC.br0, data: settings, vlans: br0.map(vlan), promiscuity },
      'sw/pa': end('a', 1, pa),
      'sw/pb': end('b', 2, pb),
      'sw/pc': end('c', 3, pc),
      'a/eth0': { mac: MAC.a, peer: 'sw/pa' },
      'b/eth0': { mac: MAC.b, peer: 'sw/pb' },
      'c/eth0': { mac: MAC.c, peer: 'sw/pc' },
    },
    { entries: entries.map((entry) => ({ bridge: 'sw/br0', ...entry })) },
  );
}

function send(state: ModelState, from: 'a' | 'sw', destination: string, ...tags: VlanTag[]) {
  const link = state.namespaces.find(({ name }) => name === from)?.links[0];
  const frame = { source: link?.mac ?? '', destination, tags, etherType: 0x0800, length: 46 };
  return predict(state, frame, { namespace: from, index: link?.index ?? 0, direction: 'out' });
}

type Sent = Parameters<typeof send>;

/** Who gets the frame, with the tags that it has there: `b 10`. */
const arrivals = (...sent: Sent) =>
  stepsOf(send(...sent))
    .filter(({ at, next }) => at.direction === 'in' && next.length === 0)
    .filter(({ at }) => at.namespace !== 'sw' || at.index === 1)
    .map(({ at, frame }) => [at.namespace, ...frame.tags.map(({ id }) => id)].join(' '))
    .sort();

/** Why a port does not pass it on. */
const causes = (...sent: Sent) => (send(...sent).next[0]?.drops ?? []).map(({ cause, function: by }) => [by, cause]);

describe('a port takes in (__allowed_ingress)', () => {
  test('what has no tag, for the VLAN of its pvid', () => {
    const state = network({ pa: ['10 pvid untagged'], pb: ['10'], pc: ['20 pvid untagged'] });
    expect(arrivals(state, 'a', BROADCAST_MAC)).toEqual(['b 10']);
  });

  test('what has the tag of a VLAN that it is in, and nothing else', () => {
    const state = network({ pa: ['1 pvid untagged', '10'], pb: ['10', '20'], pc: ['1'] });
    expect(arrivals(state, 'a', BROADCAST_MAC, { type: Q, id: 10 })).toEqual(['b 10']);
    expect(causes(state, 'a', BROADCAST_MAC, { type: Q, id: 20 })).toEqual([
      ['__allowed_ingress', { code: 'bridge.vlan', facts: { port: 'sw/pa', id: 20, side: 'in' } }],
    ]);
  });

  test('what bears a priority only, for the VLAN of its pvid, in place of that tag', () => {
    const state = network({ pa: ['10 pvid'], pb: ['10'], pc: ['10 untagged'] });
    expect(arrivals(state, 'a', BROADCAST_MAC, { type: Q, id: 0 })).toEqual(['b 10', 'c']);
    expect(arrivals(state, 'a', BROADCAST_MAC, { type: Q, id: 0 }, { type: Q, id: 7 })).toEqual(['b 10 7', 'c 7']);
  });

  test("what has a tag of another protocol, for the VLAN of its pvid, behind that VLAN's tag", () => {
    const tag = { type: Q, id: 10 };
    const state = network({ pa: ['100 pvid'], pb: ['100'], pc: ['100 untagged'], data: { vlanProtocol: '802.1ad' } });
    expect(arrivals(state, 'a', BROADCAST_MAC, tag)).toEqual(['b 100 10', 'c 10']);
    expect(arrivals(state, 'a', BROADCAST_MAC, { type: AD, id: 100 }, tag)).toEqual(['b 100 10', 'c 10']);
  });

  test('nothing without a tag where it has no pvid', () => {
    const state = network({ pa: ['10'] });
    expect(causes(state, 'a', BROADCAST_MAC)).toEqual([
      ['__allowed_ingress', { code: 'bridge.no-pvid', facts: { port: 'sw/pa' } }],
    ]);
    const tag = { protocol: '802.1ad', id: 10 };
    expect(causes(state, 'a', BROADCAST_MAC, { type: AD, id: 10 })).toEqual([
      ['__allowed_ingress', { code: 'bridge.no-pvid', facts: { port: 'sw/pa', tag } }],
    ]);
  });
});

describe('a port sends out (br_allowed_egress)', () => {
  test('what is of its VLANs, and the drop says which pvid made an untagged frame of that VLAN', () => {
    const state = network({ pa: ['1 pvid untagged', '10'], pb: ['10'], pc: ['1 untagged'] });
    expect(causes(state, 'a', BROADCAST_MAC)).toContainEqual([
      'should_deliver',
      { code: 'bridge.vlan', facts: { port: 'sw/pb', id: 1, side: 'out', pvidOf: 'sw/pa' } },
    ]);
    expect(causes(state, 'a', BROADCAST_MAC, { type: Q, id: 10 })).toContainEqual([
      'should_deliver',
      { code: 'bridge.vlan', facts: { port: 'sw/pc', id: 10, side: 'out' } },
    ]);
  });

  test('to the bridge’s own host what is of the bridge’s VLANs, or while it is promiscuous all (br_pass_frame_up)', () => {
    const state = { pa: ['10 pvid untagged'], pb: ['20'], br0: ['20'] };
    // In VLAN 10 the bridge has no address of its own, so the frame is flooded.
    expect(arrivals(network(state), 'a', MAC.br0)).toEqual(['c']);
    expect(arrivals(network({ ...state, br0: ['10 untagged'] }), 'a', BROADCAST_MAC)).toEqual(['c', 'sw']);
    expect(arrivals(network({ ...state, promiscuity: 1 }), 'a', BROADCAST_MAC)).toEqual(['c', 'sw 10']);
    const facts = { port: 'sw/br0', id: 10, side: 'out', pvidOf: 'sw/pa' };
    expect(causes(network({ ...state, br0: ['20'] }), 'a', BROADCAST_MAC)).toContainEqual([
      'br_pass_frame_up',
      { code: 'bridge.vlan', facts },
    ]);
  });
});

describe("the bridge's own host sends (br_dev_xmit)", () => {
  test('into the VLAN of the bridge’s pvid, or of the tag', () => {
    const state = network({ pa: ['10'], pb: ['1 untagged'], pc: ['20'], br0: ['1 pvid untagged', '10'] });
    expect(arrivals(state, 'sw', BROADCAST_MAC)).toEqual(['b']);
    expect(arrivals(state, 'sw', BROADCAST_MAC, { type: Q, id: 10 })).toEqual(['a 10']);
    expect(arrivals(state, 'sw', BROADCAST_MAC, { type: Q, id: 20 })).toEqual([]);
  });
});

describe('each VLAN has a forwarding database of its own (br_fdb_find_rcu)', () => {
  const both = ['1 pvid untagged', '10'];

  test('an entry counts in its VLAN alone', () => {
    const state = network({ pa: both, entries: [{ mac: MAC.b, port: 'pb', vlan: 10 }] });
    expect(arrivals(state, 'a', MAC.b, { type: Q, id: 10 })).toEqual(['b 10']);
    expect(arrivals(state, 'a', MAC.b)).toEqual(['b', 'c']);
    // One of no VLAN counts while the bridge does not look at them.
    const entries = [{ mac: MAC.b, port: 'pb' }];
    expect(arrivals(network({ entries }), 'a', MAC.b)).toEqual(['b', 'c']);
    expect(arrivals(network({ entries, data: { vlanFiltering: false } }), 'a', MAC.b)).toEqual(['b']);
  });

  test('a locked port lets in whom the VLAN of the frame has behind it', () => {
    const entries = [{ mac: MAC.a, port: 'pa', vlan: 10 }];
    const state = network({ pa: both, port: { locked: true }, entries });
    expect(heardBy(send(state, 'a', BROADCAST_MAC))).toEqual([]);
    expect(causes(state, 'a', BROADCAST_MAC)).toMatchObject([['br_handle_frame_finish', { code: 'bridge.locked' }]]);
    expect(arrivals(state, 'a', BROADCAST_MAC, { type: Q, id: 10 })).toEqual(['b 10', 'c 10']);
  });
});

test('a provider’s bridge passes on its customers’ reserved groups (br_recalculate_fwd_mask)', () => {
  const [gvrp, lldp] = ['01:80:c2:00:00:0d', '01:80:c2:00:00:0e'];
  const data = { vlanProtocol: '802.1ad' };
  expect(arrivals(network({ data }), 'a', gvrp)).toEqual(['b', 'c', 'sw']);
  expect(arrivals(network({ data }), 'a', lldp)).toEqual([]);
  expect(arrivals(network(), 'a', gvrp)).toEqual([]);
});

// The state of VLAN 1 at the port where a frame comes in, and at the ports where it goes out.
describe('a VLAN has a state of its own at a port (br_vlan_state_allowed)', () => {
  test.for(['blocking', 'disabled', 'listening', 'learning'])('which is %s', (state) => {
    const own = [`1 pvid untagged ${state}`];
    const at = (port: string, side: 'in' | 'out') => ({
      code: 'bridge.vlan-state',
      facts: { port, id: 1, state, side },
    });
    const closed = network({ pa: own, pb: ['1 pvid untagged'] });
    const by = state === 'learning' ? 'br_handle_frame_finish' : '__allowed_ingress';
    expect(causes(closed, 'a', BROADCAST_MAC)).toEqual([[by, at('sw/pa', 'in')]]);
    const beyond = network({ pb: own, pa: ['1 pvid untagged'], pc: ['1 pvid untagged'] });
    expect(arrivals(beyond, 'a', BROADCAST_MAC)).toEqual(['c', 'sw']);
    expect(causes(beyond, 'a', BROADCAST_MAC)).toContainEqual(['should_deliver', at('sw/pb', 'out')]);
    expect(arrivals(network({ br0: own, pa: ['1 pvid untagged'] }), 'a', BROADCAST_MAC)).toEqual(['b', 'c']);
  });

  test('a port that is learning itself does not look at it', () => {
    const state = network({ pa: ['1 pvid untagged blocking'], port: { state: 'learning' } });
    expect(causes(state, 'a', BROADCAST_MAC)).toMatchObject([
      ['br_handle_frame_finish', { code: 'bridge.port-state', facts: { state: 'learning' } }],
    ]);
  });
});

test('a bridge that does not look at VLANs passes all as it came', () => {
  const state = network({ pa: [], data: { vlanFiltering: false } });
  expect(arrivals(state, 'a', BROADCAST_MAC, { type: Q, id: 10 })).toEqual(['b 10', 'c 10', 'sw 10']);
});
