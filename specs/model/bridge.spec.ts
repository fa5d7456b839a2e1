import { describe, expect, test } from 'vitest';
import type { Code } from '../../lib/model/cause.ts';
import type { ModelState } from '../../lib/model/network.ts';
import { predict } from '../../lib/model/predict.ts';
import { heardBy } from '../../lib/model/prediction.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import { type PlannedEntry, type PlannedPort, planNetwork } from './plan-network.ts';

const MAC = { a: '02:00:00:00:00:0a', b: '02:00:00:00:00:0b', c: '02:00:00:00:00:0c', br0: '02:00:00:00:01:00' };
const [NOBODY, GROUP] = ['02:ff:ff:ff:ff:ff', '01:00:5e:00:00:fb'];

interface Options {
  ports?: Partial<Record<'pa' | 'pb' | 'pc', Partial<PlannedPort>>>;
  bridge?: object;
  entries?: Omit<PlannedEntry, 'bridge'>[];
  mtu?: number;
}

/**
 * a ── pa ┐
 * b ── pb ┼ br0 (sw)
 * c ── pc ┘
 */
function network({ ports = {}, bridge = {}, entries = [], mtu = 1500 }: Options = {}): ModelState {
  const port = (host: 'a' | 'b' | 'c', last: number) => ({
    ...({ mac: `02:00:00:00:01:0${last}`, peer: `${host}/eth0`, mtu: host === 'b' ? mtu : 1500 } as const),
    port: { of: 'br0', ...ports[`p${host}`] },
  });
  return planNetwork(
    {
      'sw/br0': { kind: 'bridge', mac: MAC.br0, ...bridge },
      'sw/pa': port('a', 1),
      'sw/pb': port('b', 2),
      'sw/pc': port('c', 3),
      'a/eth0': { mac: MAC.a, peer: 'sw/pa' },
      'b/eth0': { mac: MAC.b, peer: 'sw/pb' },
      'c/eth0': { mac: MAC.c, peer: 'sw/pc' },
    },
    { entries: entries.map((entry) => ({ bridge: 'sw/br0', ...entry })) },
  );
}

/** What becomes of a frame that a host sends, or the bridge's own. */
function send(state: ModelState, from: 'a' | 'b' | 'c' | 'sw', destination: string, length = 46) {
  const link = state.namespaces.find(({ name }) => name === from)?.links[0];
  const frame = { source: link?.mac ?? '', destination, tags: [], etherType: 0x0800, length };
  return predict(state, frame, { namespace: from, index: link?.index ?? 0, direction: 'out' });
}

const heard = (...sent: Parameters<typeof send>) =>
  heardBy(send(...sent))
    .map(({ namespace }) => namespace)
    .sort();

/** Why a port does not pass it on: what a diagnosis asks for. */
function causes(...sent: Parameters<typeof send>): (Code | [string, Code])[] {
  const [ingress] = send(...sent).next;
  return (ingress?.drops ?? []).map(({ cause, towards }) =>
    towards ? [nameOf(sent[0], towards), cause.code] : cause.code,
  );
}

function nameOf({ namespaces }: ModelState, at: { namespace: string; index: number }): string {
  const host = namespaces.find(({ name }) => name === at.namespace);
  return host?.links.find(({ index }) => index === at.index)?.name ?? '';
}

describe('a bridge floods', () => {
  test('broadcast and groups to all other ports and to its own host', () => {
    expect(heard(network(), 'a', BROADCAST_MAC)).toEqual(['b', 'c', 'sw']);
    expect(heard(network(), 'a', GROUP)).toEqual(['b', 'c', 'sw']);
  });

  test('unicast for an address that it does not know, and hosts leave what is for another (ip_rcv)', () => {
    expect(heard(network(), 'a', MAC.b)).toEqual(['b']);
    const [pa] = send(network(), 'a', NOBODY).next;
    expect(pa?.next.map(({ next }) => next[0]?.drops)).toMatchObject([
      [{ cause: { code: 'neighbour.old-mac', facts: { device: 'b/eth0' } }, reason: 'SKB_DROP_REASON_OTHERHOST' }],
      [{ cause: { code: 'neighbour.old-mac', facts: { device: 'c/eth0' } } }],
    ]);
  });

  test.for([
    ['flood', MAC.b, 'bridge.flood-off'],
    ['mcastFlood', GROUP, 'bridge.mcast-flood-off'],
    ['bcastFlood', BROADCAST_MAC, 'bridge.bcast-flood-off'],
  ] as const)('but not to a port with %s off', ([flag, destination, code]) => {
    const walled = network({ ports: { pb: { [flag]: false } } });
    expect(heard(walled, 'a', destination)).not.toContain('b');
    expect(causes(walled, 'a', destination)).toContainEqual(['pb', code]);
  });

  test("its own host's groups to every port, flags or not (br_flood)", () => {
    const walled = network({ ports: { pb: { mcastFlood: false, bcastFlood: false, flood: false } } });
    expect(heard(walled, 'sw', BROADCAST_MAC)).toEqual(['a', 'b', 'c']);
    expect(heard(walled, 'sw', MAC.b)).toEqual([]);
  });
});

describe('a bridge sends', () => {
  test('what it knows to one port, whatever the flood flags say', () => {
    const known = network({ ports: { pb: { flood: false } }, entries: [{ mac: MAC.b, port: 'pb' }] });
    expect(heard(known, 'a', MAC.b)).toEqual(['b']);
    expect(causes(known, 'a', MAC.b)).toEqual([['pc', 'bridge.other-port']]);
  });

  test('nothing back, unless the port reflects', () => {
    const behind = { entries: [{ mac: NOBODY, port: 'pa' }] };
    expect(causes(network(behind), 'a', NOBODY)).toContainEqual(['pa', 'bridge.hairpin-off']);
    const reflecting = network({ ...behind, ports: { pa: { hairpin: true } } });
    expect(send(reflecting, 'a', NOBODY).next[0]?.next).toMatchObject([{ at: { namespace: 'sw', direction: 'out' } }]);
  });

  test('nothing from one isolated port to another (br_skb_isolated)', () => {
    const isolated = network({ ports: { pa: { isolated: true }, pb: { isolated: true } } });
    expect(heard(isolated, 'a', BROADCAST_MAC)).toEqual(['c', 'sw']);
    expect(causes(isolated, 'a', BROADCAST_MAC)).toContainEqual(['pb', 'bridge.isolated']);
  });

  test('what is for itself, or for a port, to its own host; that drops what is for a port other than the one it came by', () => {
    expect(heard(network(), 'a', MAC.br0)).toEqual(['sw']);
    expect(heard(network(), 'a', '02:00:00:00:01:01')).toEqual(['sw']);
    // br_handle_frame makes it PACKET_HOST for the bridge's own address only.
    const [pa] = send(network(), 'a', '02:00:00:00:01:02').next;
    expect(pa?.next).toMatchObject([{ at: { namespace: 'sw', index: 1 }, type: 'otherhost', accepted: false }]);
  });

  test('by the backup port what is known behind a port without a carrier (br_forward)', () => {
    const entries = [{ mac: MAC.b, port: 'pb' }];
    const state = network({ entries, ports: { pb: { backupPort: 'pc' }, pc: { backupPort: 'pb' } } });
    expect(heard(state, 'a', MAC.b)).toEqual(['b']);
    const namespaces = state.namespaces.map((each) => ({
      ...each,
      links: each.links.map((link) => (link.name === 'pb' ? { ...link, carrier: false } : link)),
    }));
    const [pa] = send({ namespaces }, 'a', MAC.b).next;
    expect(pa?.next.map(({ at }) => nameOf(state, at))).toEqual(['pc']);
    expect(causes({ namespaces }, 'a', BROADCAST_MAC)).toContainEqual(['pb', 'link.no-carrier']);
  });

  test('all to its own host as well while it is promiscuous', () => {
    const [pa] = send(network({ bridge: { promiscuity: 1 } }), 'a', MAC.b).next;
    expect(pa?.next.map(({ at, type }) => [at.direction, type])).toContainEqual(['in', 'otherhost']);
  });

  test('no packet that is longer than the MTU of a port and a VLAN tag (is_skb_forwardable)', () => {
    expect(heard(network({ mtu: 1000 }), 'a', MAC.b, 1004)).toEqual(['b']);
    expect(causes(network({ mtu: 1000 }), 'a', MAC.b, 1005)).toContainEqual(['pb', 'link.mtu']);
  });
});

describe('a port takes', () => {
  test.for(['blocking', 'listening', 'learning', 'disabled'] as const)('nothing in the state %s', (state) => {
    expect(heard(network({ ports: { pa: { state } } }), 'a', BROADCAST_MAC)).toEqual([]);
    expect(causes(network({ ports: { pa: { state } } }), 'a', BROADCAST_MAC)).toEqual(['bridge.port-state']);
    expect(causes(network({ ports: { pb: { state } } }), 'a', BROADCAST_MAC)).toContainEqual([
      'pb',
      'bridge.port-state',
    ]);
  });

  test('nothing while the bridge is down', () => {
    expect(causes(network({ bridge: { up: false } }), 'a', BROADCAST_MAC)).toEqual(['bridge.down']);
  });

  test('where it is locked, only whom it is said to have (br_handle_frame_finish)', () => {
    const locked = { ports: { pa: { locked: true } } };
    expect(causes(network(locked), 'a', MAC.b)).toEqual(['bridge.locked']);
    expect(causes(network({ ...locked, entries: [{ mac: MAC.a, port: 'pb' }] }), 'a', MAC.b)).toEqual([
      'bridge.locked',
    ]);
    expect(heard(network({ ...locked, entries: [{ mac: MAC.a, port: 'pa' }] }), 'a', MAC.b)).toEqual(['b']);
  });
});

describe('reserved groups (IEEE 802.1Q table 8-1)', () => {
  const lldp = '01:80:c2:00:00:0e';
  const stp = '01:80:c2:00:00:00';
  const pause = '01:80:c2:00:00:01';

  test("come to the port's own stack, and no further", () => {
    expect(causes(network(), 'a', lldp)).toEqual([['br0', 'bridge.reserved']]);
    expect(send(network(), 'a', lldp).next[0]).toMatchObject({ accepted: true, next: [] });
  });

  test('pass where group_fwd_mask lets them', () => {
    expect(heard(network({ bridge: { data: bridgeData({ groupFwdMask: 1 << 14 }) } }), 'a', lldp)).toContain('b');
  });

  test('of the spanning tree pass a bridge that has none, and pauses pass none', () => {
    expect(heard(network(), 'a', stp)).toContain('b');
    expect(heard(network({ bridge: { data: bridgeData({ stp: true }) } }), 'a', stp)).toEqual(['sw']);
    expect(causes(network({ bridge: { data: bridgeData({ groupFwdMask: 2 }) } }), 'a', pause)).toEqual([
      'bridge.reserved',
    ]);
  });
});

describe('the model does not know', () => {
  test('what a bridge does with groups that it snoops', () => {
    const snooping = network({ bridge: { data: bridgeData({ mcastSnooping: true }) } });
    expect(send(snooping, 'a', GROUP).next[0]?.unknown).toBe('sw/br0 snoops multicast');
    expect(heard(snooping, 'a', BROADCAST_MAC)).toEqual(['b', 'c', 'sw']);
    // Whoever has joined: nothing goes back where it came from.
    expect(causes(snooping, 'a', GROUP)).toEqual([['pa', 'bridge.hairpin-off']]);
  });

  test('what packet filters do to bridged frames: those of bridges, and with br_netfilter those of IP', () => {
    const why = 'sw has packet filters that bridged frames pass';
    const unknown = (family: 'bridge' | 'inet', call: string) => {
      const state = network();
      const namespaces = state.namespaces.map((each) => ({
        ...each,
        filters: { nftables: [family], legacy: [], ipsec: false, ipvs: false },
        sysctls: { 'net.bridge.bridge-nf-call-iptables': call },
      }));
      return send({ namespaces }, 'a', MAC.b).next[0]?.unknown;
    };
    expect(unknown('bridge', '0')).toBe(why);
    expect(unknown('inet', '0')).toBeUndefined();
    expect(unknown('inet', '1')).toBe(why);
  });
});

function bridgeData(settings: object): object {
  return { ageingTime: 300, stp: false, mcastSnooping: false, vlanFiltering: false, groupFwdMask: 0, ...settings };
}
