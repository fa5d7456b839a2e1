import { expect, kernelOption, type LinkKindName, supports, test, UsageError } from 'hairpin';
import { ownKinds } from '../../lib/links/registry.ts';
import { ipLink, refusal } from './referee.ts';

/** What makes one by iproute2, on a veth where it needs a parent. */
const COMMANDS: Record<Exclude<LinkKindName, 'tun'>, string[]> = {
  veth: ['type', 'veth'],
  bridge: ['type', 'bridge'],
  macvlan: ['link', 'p', 'type', 'macvlan'],
  macvtap: ['link', 'p', 'type', 'macvtap'],
  ipvlan: ['link', 'p', 'type', 'ipvlan'],
  ipvtap: ['link', 'p', 'type', 'ipvtap'],
  vlan: ['link', 'p', 'type', 'vlan', 'id', '1'],
  dummy: ['type', 'dummy'],
  ifb: ['type', 'ifb'],
  vxlan: ['type', 'vxlan', 'id', '1', 'dstport', '4789'],
  geneve: ['type', 'geneve', 'id', '1', 'remote', '192.0.2.1'],
  netkit: ['type', 'netkit'],
  vrf: ['type', 'vrf', 'table', '10'],
  gre: ['type', 'gre', 'local', '192.0.2.1', 'remote', '192.0.2.2'],
  gretap: ['type', 'gretap', 'local', '192.0.2.1', 'remote', '192.0.2.2'],
  erspan: ['type', 'erspan', 'local', '192.0.2.1', 'remote', '192.0.2.2', 'seq', 'key', '1', 'erspan_ver', '1'],
  ip6gre: ['type', 'ip6gre', 'local', '2001:db8::1', 'remote', '2001:db8::2'],
  ip6gretap: ['type', 'ip6gretap', 'local', '2001:db8::1', 'remote', '2001:db8::2'],
  ipip: ['type', 'ipip', 'local', '192.0.2.1', 'remote', '192.0.2.2'],
  sit: ['type', 'sit', 'local', '192.0.2.1', 'remote', '192.0.2.2'],
  ip6tnl: ['type', 'ip6tnl', 'local', '2001:db8::1', 'remote', '2001:db8::2'],
  bond: ['type', 'bond'],
  team: ['type', 'team'],
  hsr: ['type', 'hsr', 'slave1', 'p', 'slave2', 'q'],
  macsec: ['link', 'p', 'type', 'macsec'],
  xfrm: ['type', 'xfrm', 'if_id', '1'],
  vti: ['type', 'vti', 'local', '192.0.2.1', 'remote', '192.0.2.2'],
  vti6: ['type', 'vti6', 'local', '2001:db8::1', 'remote', '2001:db8::2'],
  nlmon: ['type', 'nlmon'],
  wireguard: ['type', 'wireguard'],
};
/** In the order in which errors list them. */
const types = ownKinds().map(({ kind }) => kind as LinkKindName);

// a ─ p (veth), t
test.for(types)('supports(%o) says what iproute2 finds', async (type, { lab }) => {
  // First: /dev/net/tun, which ip opens, comes with the module, which hairpin loads.
  const has = supports(type);
  const a = lab.namespace('a');
  await a.exec('ip', ['link', 'add', 'p', 'type', 'veth', 'peer', 'name', 'q']);
  const words =
    type === 'tun' ? ['tuntap', 'add', 't', 'mode', 'tap'] : ['link', 'add', 'name', 't', ...COMMANDS[type]];
  const { exitCode } = await a.exec('ip', words, { reject: false });
  expect(has).toBe(exitCode === 0);
});

// a ── b
test.for<[type: 'ipvlan' | 'ipvtap' | 'vlan' | 'dummy', module: string]>([
  ['ipvlan', 'ipvlan'],
  ['ipvtap', 'ipvtap'],
  ['vlan', '8021q'],
  ['dummy', 'dummy'],
])('where there is no %s, making one names the option that it needs', ([type, module], { lab, skip }) => {
  skip(supports(type), `this kernel has ${kernelOption(type)}`);
  const a = lab.namespace('a');
  const { a: parent } = lab.cable(a, lab.namespace('b'));
  const make = () => (type === 'dummy' ? a.dummy() : type === 'vlan' ? a.vlan({ parent, id: 1 }) : a[type]({ parent }));
  expect(refusal(make)).toMatch(
    `EOPNOTSUPP (operation not supported on socket)\n  usual cause: this kernel has no ${type}: it needs ${kernelOption(type)} (modprobe ${module})`,
  );
});

// a kernel without CONFIG_BRIDGE_VLAN_FILTERING ignores the protocol, and reports no error (br_changelink)
test('a setting that the kernel takes no notice of is refused', async ({ lab }) => {
  const a = lab.namespace('a');
  await a.exec('ip', ['link', 'add', 'try0', 'type', 'bridge', 'vlan_protocol', '802.1ad']);
  const isTaken = (await ipLink(a, 'try0')).linkinfo?.info_data?.['vlan_protocol'] === '802.1ad';
  expect(supports('bridge', { vlanProtocol: '802.1ad' })).toBe(isTaken);
  const ignored = (call: string) =>
    `${call}: EOPNOTSUPP (operation not supported on socket)\n  usual cause: this kernel ignores vlanProtocol of a bridge: it needs CONFIG_BRIDGE_VLAN_FILTERING. supports('bridge', { vlanProtocol: '802.1ad' }) tells`;
  const { br0 } = lab.switch('sw');
  const refusals = [
    () => a.bridge({ vlanProtocol: '802.1ad' }),
    () => lab.switch('sw2', { vlanProtocol: '802.1ad' }),
    () => br0.set({ vlanProtocol: '802.1ad' }),
  ].map((make) => {
    try {
      return make() && 'made';
    } catch (error) {
      return String((error as Error).message);
    }
  });
  const calls = ['a.bridge', "lab.switch('sw2')", 'sw/br0.set'];
  expect(refusals).toEqual(calls.map((call) => (isTaken ? 'made' : ignored(call))));
  expect(a.interfaces).toHaveLength(isTaken ? 1 : 0);
  expect([supports('geneve', { external: true }), supports('xfrm', { external: true })]).toEqual([
    supports('geneve'),
    supports('xfrm'),
  ]);
});

// a ── p0 (sw)   b
test('where there is no mab, a port that is to have it is refused', ({ lab, skip }) => {
  const sw = lab.switch('sw');
  const { b: port } = lab.cable(lab.namespace('a'), sw);
  skip(port.settings.mab !== undefined, 'this kernel has mab (Linux 6.2)');
  const said = { locked: true, learning: true, mab: true };
  const refused =
    /: EOPNOTSUPP .*\n {2}usual cause: this kernel ignores mab of a port: it came with Linux 6\.2\. port\.settings shows what it knows$/;
  expect(() => port.set(said)).toThrow(refused);
  expect(() => lab.cable(lab.namespace('b'), sw, { b: said })).toThrow(refused);
  port.set({ mab: false });
});

// Linux 6.5 brought it, and it is on there
test('where there is no localbypass, a vxlan is refused that is to be without', ({ lab, skip }) => {
  skip(!supports('vxlan'), 'needs CONFIG_VXLAN');
  const a = lab.namespace('a');
  skip(a.link('vxlan', { id: 1 }).localbypass !== undefined, 'this kernel has localbypass (Linux 6.5)');
  expect(supports('vxlan', { localbypass: false })).toBe(false);
  expect(() => a.link('vxlan', { id: 2, localbypass: false })).toThrow(
    /usual cause: this kernel ignores localbypass of a vxlan: it came with Linux 6\.5\. supports\('vxlan', { localbypass: false }\) tells$/,
  );
  a.link('vxlan', { id: 3, localbypass: true });
});

const OPTIONS: Record<LinkKindName, string> = {
  veth: 'CONFIG_VETH',
  bridge: 'CONFIG_BRIDGE',
  macvlan: 'CONFIG_MACVLAN',
  macvtap: 'CONFIG_MACVTAP',
  ipvlan: 'CONFIG_IPVLAN',
  ipvtap: 'CONFIG_IPVTAP',
  vlan: 'CONFIG_VLAN_8021Q',
  dummy: 'CONFIG_DUMMY',
  ifb: 'CONFIG_IFB',
  vxlan: 'CONFIG_VXLAN',
  geneve: 'CONFIG_GENEVE',
  netkit: 'CONFIG_NETKIT',
  vrf: 'CONFIG_NET_VRF',
  gre: 'CONFIG_NET_IPGRE',
  gretap: 'CONFIG_NET_IPGRE',
  erspan: 'CONFIG_NET_IPGRE',
  ip6gre: 'CONFIG_IPV6_GRE',
  ip6gretap: 'CONFIG_IPV6_GRE',
  ipip: 'CONFIG_NET_IPIP',
  sit: 'CONFIG_IPV6_SIT',
  ip6tnl: 'CONFIG_IPV6_TUNNEL',
  bond: 'CONFIG_BONDING',
  team: 'CONFIG_NET_TEAM',
  hsr: 'CONFIG_HSR',
  macsec: 'CONFIG_MACSEC',
  xfrm: 'CONFIG_XFRM_INTERFACE',
  vti: 'CONFIG_NET_IPVTI',
  vti6: 'CONFIG_IPV6_VTI',
  nlmon: 'CONFIG_NLMON',
  wireguard: 'CONFIG_WIREGUARD',
  tun: 'CONFIG_TUN',
};

test('the options of the kernel', () => {
  expect(Object.fromEntries(types.map((type) => [type, kernelOption(type)]))).toEqual(OPTIONS);
});

test.for([supports, kernelOption])('%o takes types of links', (call) => {
  expect(() => call('ppp' as never)).toThrow(
    new UsageError(
      `${call.name}: kind must be one of ${types.join(', ')}, or what defineLink returned: received 'ppp'`,
    ),
  );
});

test('settings of a kind that a kernel may lack', () => {
  expect(kernelOption('bridge', { vlanFiltering: true })).toBe('CONFIG_BRIDGE_VLAN_FILTERING');
  expect(() => supports('bridge', { vlanFiltering: 'on' } as never)).toThrow(
    new UsageError("supports(bridge): vlanFiltering must be true or false: received 'on'"),
  );
  expect(() => supports('bridge', { vlan: true } as never)).toThrow("supports(bridge): there is no option 'vlan'");
});

test.skipIf(supports('bridge', { vlanFiltering: true }))(
  'where there is no VLAN filtering, making one names the option that it needs',
  ({ lab }) => {
    const message =
      'EOPNOTSUPP (operation not supported on socket)\n' +
      '  usual cause: this kernel has no VLAN-aware bridges: it needs CONFIG_BRIDGE_VLAN_FILTERING';
    expect(refusal(() => lab.switch('tags', { vlanFiltering: true }))).toContain(message);
    const sw = lab.switch('sw');
    const { b: port } = lab.cable(lab.namespace('a'), sw);
    expect(refusal(() => sw.set({ vlanFiltering: true }))).toContain(message);
    expect(refusal(() => port.vlan.add({ id: 10 }))).toBe(`bridge -n sw vlan add dev p0 vid 10: ${message}`);
  },
);
