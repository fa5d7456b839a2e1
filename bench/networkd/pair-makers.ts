import { randomBytes } from 'node:crypto';
import type { Interface } from '../../lib/lab/index.ts';
import { type DevicePair, nextSubnet } from './device-pair.ts';
import type { Ends } from './ends.ts';
import { protectBoth } from './ipsec.ts';
import { macsec } from './macsec.ts';
import { carryBetween } from './tun.ts';
import { encapRoutes, layOuter, type Outer, single, tunnel } from './tunnels.ts';
import type { Unit } from './unit.ts';

/** Makes the other end of a device that networkd has made. */
type MakePair = (ends: Ends, name: string, unit: Unit) => Promise<DevicePair>;

/** Of each kind, what makes its other end; or why nothing can. */
export const PAIR_MAKERS: Record<string, MakePair | string> = {
  ...Object.fromEntries(['bridge', 'bond', 'macvlan', 'macvtap', 'vlan', 'veth'].map((kind) => [kind, direct])),
  ...Object.fromEntries(['ipip', 'gre', 'gretap', 'erspan', 'sit', 'vti'].map((kind) => [kind, tunnel])),
  ...Object.fromEntries(['ip6tnl', 'ip6gre', 'ip6gretap', 'vti6'].map((kind) => [kind, tunnel])),
  ...{ ipvlan, ipvtap: ipvlan, vrf, vxlan, geneve, bareudp, wireguard, xfrm, macsec, batadv, l2tp, ifb, tun, tap: tun },
  dummy: 'a dummy drops what it is sent',
  nlmon: 'it shows netlink messages',
  vcan: 'CAN frames, not IP',
  vxcan: 'CAN frames, not IP',
  fou: 'no device: a port, which the FooOverUDP= tunnels use',
};

/** What takes the packets of others of its kind, so that one alone may be up. */
export const EXCLUSIVE = [
  'ipip',
  'gre',
  'gretap',
  'erspan',
  'sit',
  'vti',
  'ip6tnl',
  'ip6gre',
  'ip6gretap',
  'vti6',
  'vxlan',
  'xfrm',
];

/** A mesh looks for its neighbours, and a spanning tree for loops. */
export const SLOW = ['bridge', 'bond', 'batadv', 'vlan'];

export async function direct(ends: Ends, name: string): Promise<DevicePair> {
  return { near: name, far: await ends.opposite(name) };
}

async function ipvlan(ends: Ends, name: string): Promise<DevicePair> {
  const { linkinfo } = await ends.link(name);
  const mode = linkinfo?.info_data?.['mode'];
  if (mode !== 'l2') throw new Error(`without Mode= it is in mode ${mode}, which has no ARP`);
  return direct(ends, name);
}

/** From a device that belongs to it. */
async function vrf(ends: Ends, name: string): Promise<DevicePair> {
  const far = await ends.opposite(name);
  const member = (await ends.links()).find(({ master }) => master === name);
  return {
    near: member?.ifname ?? name,
    far,
    isBound: true,
    lines: () => ({ far: [`route replace default dev ${far}`] }),
  };
}

async function vxlan(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const own = await localOf(ends, name);
  const isIpv6 = own?.includes(':') ?? false;
  const { local, remote, below } = isIpv6
    ? await layIpv6(ends, name, own as string)
    : await layOuter(ends, name, unit, 4, 'VXLAN');
  const far = ends.newName();
  const flags = [
    ...(unit.isOn('VXLAN', 'GroupPolicyExtension') ? ['gbp'] : []),
    ...(unit.isOn('VXLAN', 'RemoteChecksumTx') ? ['remcsumtx', 'remcsumrx'] : []),
  ];
  const port = unit.get('VXLAN', 'DestinationPort') ?? '8472';
  const link = `link add ${far} type vxlan id ${unit.get('VXLAN', 'VNI')} dstport ${port} dev ${below.far}`;
  await ends.onFar([link, `local ${remote} remote ${local}`, ...flags].join(' '));
  const entry = ['fdb', 'append', '00:00:00:00:00:00', 'dev', name, 'dst', remote];
  await ends.host.exec('bridge', [...entry, ...(isIpv6 ? ['via', below.near] : [])]);
  return { near: name, far };
}

/** The network below a VXLAN whose `Local=` is an IPv6 address: the far end gets another address of the same subnet. */
async function layIpv6(ends: Ends, name: string, local: string): Promise<Outer> {
  const below = await ends.below(name);
  const remote = local.startsWith('fe80') ? 'fe80::2' : `${local.split(':').slice(0, 4).join(':')}::2`;
  await ends.onHost(`address replace ${local}/64 dev ${below.near} nodad`);
  await ends.onFar(`link set ${below.far} up`);
  await ends.onFar(`address replace ${remote}/64 dev ${below.far} nodad`);
  return { local, remote, below };
}

/** As the kernel has it: networkd finds an address for `Local=slaac`. */
async function localOf(ends: Ends, name: string): Promise<string | undefined> {
  const { info_data: data = {} } = (await ends.link(name)).linkinfo ?? {};
  return (data['local'] ?? data['local6']) as string | undefined;
}

async function geneve(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const get = (key: string) => unit.get('GENEVE', key);
  const { local } = await layOuter(ends, name, unit, 4, 'GENEVE');
  const far = ends.newName();
  await ends.onFar(
    `link add ${far} type geneve id ${get('Id')} remote ${local} dstport ${get('DestinationPort') ?? 6081}`,
  );
  return { near: name, far };
}

async function bareudp(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const get = (key: string) => unit.get('BareUDP', key);
  const outer = await layOuter(ends, name, unit, 4);
  const far = ends.newName();
  await ends.onFar(`link add ${far} type bareudp dstport ${get('DestinationPort')} ethertype ${get('EtherType')}`);
  return { near: name, far, ...single(4), lines: encapRoutes(name, far, outer, 'ip') };
}

/** With one more peer, whose private key is known. */
async function wireguard(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const { local, remote } = await layOuter(ends, name, unit, 4);
  const near = ends.interface(name) as Interface & WireguardLink;
  const port = 52_000 + Number.parseInt(name.replaceAll(/\D/g, ''), 10);
  const far = ends.far.link('wireguard', {
    ...{ name: ends.newName(), address: false, listenPort: port },
    privateKey: randomBytes(32).toString('base64'),
  });
  const addresses = nextSubnet(4);
  const [own, other] = addresses.map((each) => each.replace('/24', '/32')) as [string, string];
  const { publicKey = '' } = far;
  near.set({ peers: [...near.peers, { publicKey, endpoint: `${remote}:${port}`, allowedIps: [other] }] });
  far.set({
    peers: [{ publicKey: near.publicKey, endpoint: `${local}:${near.listenPort}`, allowedIps: [own] }],
  });
  return { near: name, far: far.name, addresses };
}

interface WireguardLink {
  peers: readonly { publicKey: string }[];
  publicKey: string;
  listenPort: number;
  set(settings: object): void;
}

async function xfrm(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const ifId = unit.get('Xfrm', 'InterfaceId') ?? '';
  const outer = await layOuter(ends, name, unit, 4);
  const far = ends.newName();
  await ends.onFar(`link add ${far} type xfrm dev ${outer.below.far} if_id ${ifId}`);
  await protectBoth(ends, outer, { ifId });
  return { near: name, far };
}

/** A cable's end is given to it, as networkd gives it one by `BatmanAdvanced=`. */
async function batadv(ends: Ends, name: string): Promise<DevicePair> {
  const near = ends.plug(ends.newName());
  const [below, far] = [await ends.opposite(near), ends.newName()];
  await ends.onHost(`link set ${near} master ${name}`);
  await ends.onFar(`link add ${far} type batadv`);
  await ends.onFar(`link set ${below} master ${far}`);
  return { near: name, far };
}

async function l2tp(ends: Ends, _: string, unit: Unit): Promise<DevicePair> {
  const get = (key: string) => unit.get('L2TP', key);
  const [[name = '', session, peer] = []] = unit.each('L2TPSession', 'Name', 'SessionId', 'PeerSessionId');
  const near = unit.get('L2TP', 'Local')?.replace(/.*@/, '') ?? '';
  const { stdout } = await ends.host.exec('ip', ['-j', '-4', 'address', 'show', 'dev', near]);
  const [{ addr_info: addresses }] = JSON.parse(String(stdout));
  const { local, prefixlen } = addresses[0];
  const below = await ends.opposite(near);
  const far = ends.newName();
  await ends.onFar(`address add ${get('Remote')}/${prefixlen} dev ${below}`);
  const ports = get('UDPSourcePort')
    ? [`udp_sport ${get('UDPDestinationPort')} udp_dport ${get('UDPSourcePort')}`]
    : [];
  const ids = `tunnel_id ${get('PeerTunnelId')} peer_tunnel_id ${get('TunnelId')}`;
  const outer = `encap ${get('EncapsulationType')} local ${get('Remote')} remote ${local}`;
  await ends.onFar(['l2tp add tunnel', ids, outer, ...ports].join(' '));
  const sessions = `session_id ${peer} peer_session_id ${session}`;
  await ends.onFar(`l2tp add session name ${far} tunnel_id ${get('PeerTunnelId')} ${sessions}`);
  return { near: name, far };
}

/** What comes in at a cable is redirected to it, and goes on from there (`ifb_ri_tasklet`). */
async function ifb(ends: Ends, name: string): Promise<DevicePair> {
  const near = ends.plug(ends.newName());
  const tc = (words: string) => ends.host.exec('tc', words.split(' '));
  await tc(`qdisc add dev ${near} clsact`);
  await ends.onHost(`link set ${name} up`);
  const redirect = (side: string) =>
    tc(`filter add dev ${near} ${side} protocol all matchall action mirred egress redirect dev ${name}`);
  await redirect('ingress');
  return { near, far: await ends.opposite(near), counted: name };
}

async function tun(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const mode = unit.get('NetDev', 'Kind') as 'tun' | 'tap';
  const far = ends.far.link('tun', { name: ends.newName(), mode, address: false });
  far.set({ up: true });
  await ends.onHost(`link set ${name} up`);
  carryBetween(ends.interface(name), far);
  return { near: name, far: far.name };
}
