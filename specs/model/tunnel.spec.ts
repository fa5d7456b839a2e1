import { expect, test } from 'vitest';
import { networkOf } from '../../lib/model/network.ts';
import { endsOf, outerSigns, tunnelHeader, whyNotTaken } from '../../lib/model/tunnel.ts';
import type { VniRange } from '../../lib/model/tunnel-lookup.ts';
import type { OuterPacket } from '../../lib/wire/tunnel-header.ts';
import { type PlannedDevice, planNetwork } from './plan-network.ts';

const MAC = '02:00:00:00:00:01';
const ENDS = {
  family: 4,
  source: '192.0.2.1',
  destination: '192.0.2.2',
  inner: Buffer.alloc(0),
  etherType: undefined,
} as const;
const VXLAN: OuterPacket = { ...ENDS, header: 'vxlan', port: 4789, id: 7 };
const GRE: OuterPacket = { ...ENDS, header: 'gre', etherType: 0x0800 };
const IP: OuterPacket = { ...ENDS, header: 'ip', etherType: 0x0800 };

type Planned = Omit<PlannedDevice, 'mac'>;

/** What host b says to an outer packet of a's tunnel. `yes`: one of its tunnels may take it. */
function asked(outer: OuterPacket, devices: Record<string, Planned>, vnis: readonly VniRange[] = []) {
  const all = { 'a/t0': { kind: 'veth' }, ...devices };
  const planned = Object.fromEntries(Object.entries(all).map(([name, device]) => [name, { mac: MAC, ...device }]));
  const sender = networkOf(planNetwork(planned)).named('a/t0');
  const cause = sender && whyNotTaken(sender, 'b', outer, () => vnis);
  if (cause?.code !== 'tunnel.not-taken') return cause?.code ?? 'yes';
  return cause.facts.nearest ?? 'no';
}

const settings = (kind: string, data: object, others: object = {}): Planned => ({ kind, data, ...others });

test('a vxlan is found by its port and its VNI, whatever its ends are (vxlan_vs_find_vni)', () => {
  const fits = { id: 7, dstport: 4789 };
  expect(asked(VXLAN, {})).toBe('no');
  expect(asked(VXLAN, { 'b/v': settings('vxlan', { ...fits, remote: '192.0.2.77', local: '192.0.2.78' }) })).toBe(
    'yes',
  );
  expect(asked(VXLAN, { 'b/v': settings('vxlan', { ...fits, id: 8 }) })).toMatchObject({
    option: 'id',
    has: 8,
    needs: 7,
  });
  expect(asked(VXLAN, { 'b/v': settings('vxlan', { ...fits, dstport: 1 }) })).toMatchObject({
    option: 'dstport',
    has: 1,
  });
  // Its socket is one of IPv6 alone.
  expect(asked(VXLAN, { 'b/v': settings('vxlan', { ...fits, remote: 'fd00::1' }) })).toBe('no');
  expect(asked(VXLAN, { 'c/v': settings('vxlan', fits) })).toBe('no');
});

test('of several that do not fit none is the nearest', () => {
  const other = (id: number) => settings('vxlan', { id, dstport: 4789 });
  expect(asked(VXLAN, { 'b/v': other(8), 'b/w': other(9) })).toBe('no');
});

test('a vxlan that is down has no socket (vxlan_open)', () => {
  expect(asked(VXLAN, { 'b/v': settings('vxlan', { id: 7, dstport: 4789 }, { up: false }) })).toBe('link.down');
});

test.for<[what: string, device: Planned]>([
  ['external', settings('vxlan', { external: true, dstport: 4789 })],
  ['one in a VRF', settings('vrf', { table: 10 })],
])('a vxlan that is %s may take any VNI', ([, device]) => {
  expect(asked(VXLAN, { 'b/v': settings('vxlan', { id: 8, dstport: 4789 }), 'b/w': device })).toBe('yes');
});

test('an external vxlan takes what comes to its port, with a list only the VNIs of that (vxlan_vnifilter_lookup)', () => {
  const external = { external: true, dstport: 4789 };
  expect(asked(VXLAN, { 'b/v': settings('vxlan', { ...external, dstport: 4790 }) })).toMatchObject({
    option: 'dstport',
    has: 4790,
  });
  const list = settings('vxlan', { ...external, vnifilter: true });
  expect(asked(VXLAN, { 'b/v': list }, [{ first: 5, last: 7 }])).toBe('yes');
  expect(
    asked(VXLAN, { 'b/v': list }, [
      { first: 5, last: 6 },
      { first: 9, last: 9 },
    ]),
  ).toMatchObject({ option: 'vni', has: '5-6,9', needs: 7 });
});

test.for<[option: string, bits: bigint, on: object]>([
  ['gbp', 0x88000005_00000000n, { gbp: true }],
  ['remcsumrx', 0x08200000_00000094n, { remcsumrx: true }],
  ['gpe', 0x0c000003_00000000n, { external: true, gpe: true }],
])('a vxlan drops a header with the bits of %s, unless it has that setting (vxlan_rcv)', ([, headerBits, on]) => {
  const by = (data: object) =>
    asked({ ...VXLAN, headerBits }, { 'b/v': settings('vxlan', { id: 7, dstport: 4789, ...data }) });
  expect(by({})).toBe('tunnel.refused');
  expect(by(on)).toBe('yes');
  // Linux 6.14 lets users say which bits must be zero.
  expect(by({ reservedBits: '0000000000000000' })).toBe('yes');
  expect(by({ reservedBits: 'f7ffffff000000ff' })).toBe('tunnel.refused');
});

test('a vxlan with gpe drops what does not say which protocol is inside (vxlan_parse_gpe_proto)', () => {
  const gpe = settings('vxlan', { external: true, gpe: true, dstport: 4789 });
  expect(asked({ ...VXLAN, headerBits: 0x08000000_00000000n }, { 'b/v': gpe })).toBe('tunnel.refused');
});

test('over IPv6 alone a UDP checksum is needed (__udp6_lib_rcv)', () => {
  const six = { ...VXLAN, family: 6, source: 'fd00::1', destination: 'fd00::2' } as const;
  const by = (outer: OuterPacket, data: object) =>
    asked(outer, { 'b/v': settings('vxlan', { id: 7, dstport: 4789, ...data }) });
  const [local, other] = [{ local: 'fd00::2' }, { local: 'fd00::2', udp6zerocsumrx: true }];
  expect(by({ ...six, hasUdpChecksum: false }, local)).toBe('tunnel.refused');
  expect(by({ ...six, hasUdpChecksum: false }, other)).toBe('yes');
  expect(by({ ...six, hasUdpChecksum: true }, local)).toBe('yes');
  expect(by({ ...VXLAN, hasUdpChecksum: false }, {})).toBe('yes');
});

test('a gre takes its key alone, and one without a key no key (ip_tunnel_key_match)', () => {
  const ends = { local: '192.0.2.2', remote: '192.0.2.1' };
  const keyed = { ...ends, hasIkey: true, ikey: 7 };
  expect(asked({ ...GRE, key: 7 }, { 'b/g': settings('gre', keyed) })).toBe('yes');
  expect(asked({ ...GRE, key: 8 }, { 'b/g': settings('gre', keyed) })).toMatchObject({
    option: 'ikey',
    has: 7,
    needs: 8,
  });
  expect(asked(GRE, { 'b/g': settings('gre', keyed) })).toMatchObject({ option: 'ikey', has: 7 });
  expect(asked({ ...GRE, key: 7 }, { 'b/g': settings('gre', ends) })).toMatchObject({ option: 'ikey', needs: 7 });
  expect(asked({ ...GRE, key: 0 }, { 'b/g': settings('gre', ends) })).toMatchObject({ option: 'ikey', needs: 0 });
  // Of one without ends only the keys are compared, and none is 0.
  expect(asked({ ...GRE, key: 0 }, { 'b/g': settings('gre', {}) })).toBe('yes');
});

test('a gre refuses what has a checksum unasked, and what lacks a checksum or a sequence number that it expects (ip_tunnel_rcv)', () => {
  const ends = { local: '192.0.2.2', remote: '192.0.2.1' };
  const by = (outer: Partial<OuterPacket>, data: object) =>
    asked({ ...GRE, ...outer }, { 'b/g': settings('gre', { ...ends, ...data }) });
  expect(by({ hasChecksum: true }, { icsum: true })).toBe('yes');
  expect(by({ hasChecksum: true }, {})).toBe('tunnel.refused');
  expect(by({}, { icsum: true })).toBe('tunnel.refused');
  expect(by({ hasSequence: true }, { iseq: true })).toBe('yes');
  expect(by({ hasSequence: true }, {})).toBe('yes');
  expect(by({}, { iseq: true })).toBe('tunnel.refused');
});

test('an end that is not set is any (ip_tunnel_lookup)', () => {
  expect(asked(GRE, { 'b/g': settings('gre', { remote: '192.0.2.1' }) })).toBe('yes');
  expect(asked(GRE, { 'b/g': settings('gre', { local: '192.0.2.2' }) })).toBe('yes');
  expect(asked(GRE, { 'b/g': settings('gre', { remote: '192.0.2.9' }) })).toMatchObject({ option: 'remote' });
  expect(asked(GRE, { 'b/g': settings('gre', { local: '192.0.2.9' }) })).toMatchObject({ option: 'local' });
});

test('a frame that no gretap takes may be for a gre (ipgre_rcv), a packet is for none', () => {
  const ends = { local: '192.0.2.2', remote: '192.0.2.1' };
  expect(asked({ ...GRE, etherType: undefined }, { 'b/g': settings('gretap', ends) })).toBe('yes');
  expect(asked({ ...GRE, etherType: undefined }, { 'b/g': settings('gre', ends) })).toBe('yes');
  expect(asked(GRE, { 'b/g': settings('gretap', ends) })).toBe('no');
});

test('IPv4 in IPv4 may be for an ipip or a sit, IPv6 in IPv4 for a sit alone', () => {
  const ends = { local: '192.0.2.2', remote: '192.0.2.1' };
  for (const kind of ['ipip', 'sit']) expect(asked(IP, { 'b/g': settings(kind, ends) })).toBe('yes');
  expect(asked({ ...IP, etherType: 0x86dd }, { 'b/g': settings('sit', ends) })).toBe('yes');
  expect(asked({ ...IP, etherType: 0x86dd }, { 'b/g': settings('ipip', ends) })).toBe('no');
});

test('a fallback tunnel takes everything where it is up (fb_tunnel_dev), and is passed over where it is down', () => {
  const keyed = { ...GRE, key: 7 };
  expect(asked(keyed, { 'b/gre0': settings('gre', {}) })).toBe('yes');
  expect(asked(keyed, { 'b/gre0': settings('gre', {}, { up: false }) })).toBe('no');
  // The name alone makes none.
  expect(asked(keyed, { 'b/gre0': settings('gre', { remote: '192.0.2.1' }) })).toMatchObject({ device: 'b/gre0' });
});

test('the model does not read what FOU wraps again', () => {
  const header = (kind: string, data: object) => {
    const device = networkOf(planNetwork({ 'a/t0': { kind, mac: MAC, data } })).named('a/t0');
    return device && tunnelHeader(device.link);
  };
  expect(header('gre', {})).toBe('gre');
  expect(header('vxlan', { id: 7 })).toBe('vxlan');
  expect(header('gre', { encap: 'fou' })).toBeUndefined();
  expect(header('gre', { external: true })).toBe('gre');
  expect(header('vxlan', { external: true })).toBe('vxlan');
  expect(header('erspan', {})).toBeUndefined();
});

/** Where a/t0 sends frames for a MAC address to. */
function sentTo(kind: string, data: object, entries: readonly object[] = [], mac = OTHER) {
  const planned = planNetwork({ 'a/t0': { kind, mac: MAC, data } });
  const common = { device: 1, bridge: undefined, vlan: undefined, permanent: true, local: false, sticky: false };
  const fdb = entries.map((entry) => ({ mac: ALL, to: undefined, locked: false, ...common, ...entry }));
  const device = networkOf({ namespaces: planned.namespaces.map((host) => ({ ...host, fdb })) }).named('a/t0');
  return device && endsOf(device, mac);
}

const [ALL, OTHER] = ['00:00:00:00:00:00', '02:00:00:00:00:09'];

test('a vxlan sends to the entry for an address, else to the one for all others (vxlan_find_mac)', () => {
  const [all, own] = [{ to: '192.0.2.2' }, { mac: OTHER, to: '192.0.2.9' }];
  const data = { id: 7, remote: '192.0.2.2', local: '192.0.2.1' };
  expect(sentTo('vxlan', data, [all])).toEqual([{ remote: '192.0.2.2', local: '192.0.2.1' }]);
  expect(sentTo('vxlan', data, [all, own])).toMatchObject([{ remote: '192.0.2.9' }]);
  expect(sentTo('vxlan', data, [all, own], MAC)).toMatchObject([{ remote: '192.0.2.2' }]);
  expect(sentTo('vxlan', data, [all, { to: '192.0.2.3' }])).toMatchObject([
    { remote: '192.0.2.2' },
    { remote: '192.0.2.3' },
  ]);
  expect(sentTo('vxlan', data)).toEqual([]);
  // A group, a device that says where to, an end in a group of next hops.
  expect(sentTo('vxlan', data, [{ to: '239.1.1.1' }])).toBeUndefined();
  expect(sentTo('vxlan', data, [{ ...all, via: 3 }])).toBeUndefined();
  expect(sentTo('vxlan', data, [{ nexthopGroup: 3 }])).toBeUndefined();
});

test('a tunnel sends to its remote, and where more than the route decides nobody knows', () => {
  expect(sentTo('gre', { remote: '192.0.2.2' })).toEqual([{ remote: '192.0.2.2', local: undefined }]);
  for (const more of [{ dev: 3 }, { fwmark: 1 }, { encap: 'fou' }, { external: true }, { remote: '239.1.1.1' }])
    expect(sentTo('gre', { remote: '192.0.2.2', ...more })).toBeUndefined();
});

test('outer packets are known by their protocol, or by the UDP port of their tunnel', () => {
  const kinds = {
    gre: {},
    gretap: {},
    ipip: {},
    vxlan: { id: 7, dstport: 4790 },
    geneve: { id: 7, dstport: 6081 },
    veth: {},
  };
  const devices = Object.entries(kinds).map(([kind, data]) => [`a/${kind}`, { kind, mac: MAC, data }]);
  const signs = outerSigns(networkOf(planNetwork(Object.fromEntries(devices))).devices);
  expect({ protocols: signs.protocols.sort(), ports: signs.ports.sort() }).toEqual({
    protocols: [4, 41, 47],
    ports: [4790, 6081],
  });
});
