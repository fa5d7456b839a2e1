import { ipToBytes } from '../../lib/wire/ip-address.ts';
import { type DevicePair, nextSubnet } from './device-pair.ts';
import type { Ends } from './ends.ts';
import { protectBoth } from './ipsec.ts';
import type { Unit } from './unit.ts';

/** Where a tunnel begins and ends, and the devices below it. */
export interface Outer {
  local: string;
  remote: string;
  below: { near: string; far: string };
}

const OVER_IPV6 = ['ip6tnl', 'ip6gre', 'ip6gretap', 'vti6'];
/** What these carry is IPv6. */
const IPV6_INSIDE = ['sit', 'ip6tnl', 'vti6'];
/** IANA's numbers. */
const PROTOCOLS: Record<string, string> = { gre: '47', gretap: '47', ipip: '4', sit: '41' };

/** A tunnel of IP: its other end has local and remote, and both keys, turned round. */
export async function tunnel(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const get = (key: string) => unit.get('Tunnel', key);
  const kind = unit.get('NetDev', 'Kind') ?? '';
  const outer = await layOuter(ends, name, unit, OVER_IPV6.includes(kind) ? 6 : 4);
  const far = await ends.newMirror();
  const family = IPV6_INSIDE.includes(kind) ? 6 : 4;
  if (unit.isOn('Tunnel', 'External')) {
    await ends.onFar(`link add ${far} type ${kind} external`);
    ends.setMirror(far);
    return { near: name, far, ...single(family), lines: encapRoutes(name, far, outer, 'ip6') };
  }
  const port = get('FOUDestinationPort');
  if (port) {
    await ends.far.exec('ip', ['fou', 'del', 'port', port], { reject: false });
    await ends.onFar(`fou add port ${port} ipproto ${PROTOCOLS[kind]}`);
  }
  const words = [
    ...[
      `link add ${far} type ${kind} local ${outer.remote}`,
      get('IPv6RapidDeploymentPrefix') ? '' : `remote ${outer.local}`,
    ],
    ...(kind === 'ip6tnl' ? [`mode ${get('Mode')}`] : []),
    ...(unit.isOn('Tunnel', 'ISATAP') ? ['isatap'] : []),
    ...keyWords(unit),
    ...(kind === 'erspan' ? erspanWords(unit) : []),
    ...(port ? [`encap fou encap-sport auto encap-dport ${port}`] : []),
  ];
  await ends.onFar(words.filter((word) => word !== '').join(' '));
  ends.setMirror(far);
  if (kind.startsWith('vti')) return protectedPair(ends, { near: name, far, family }, outer);
  if (unit.isOn('Tunnel', 'ISATAP')) return { near: name, far, family, addresses: isatapAddresses(outer) };
  if (get('IPv6RapidDeploymentPrefix'))
    return sixRd(ends, { near: name, far, family }, outer, get('IPv6RapidDeploymentPrefix') as string);
  const isOpen = (get('Remote') ?? 'any') === 'any';
  return { near: name, far, family, ...(isOpen ? { lines: toOpenEnd(kind, name, outer.remote) } : {}) };
}

/** The addresses of both ends on what is below, of which each has a route to the other. */
export async function layOuter(
  ends: Ends,
  name: string,
  unit: Unit,
  family: 4 | 6,
  section = 'Tunnel',
): Promise<Outer> {
  const below = await ends.below(name);
  const [own, other] = family === 4 ? ['10.98.0.1', '10.98.0.2'] : ['fd98::1', 'fd98::2'];
  // networkd finds the address of `Local=slaac`, and of `dhcp4`.
  const { linkinfo } = await ends.link(name);
  const shown = String(linkinfo?.info_data?.['local'] ?? '');
  const said = (key: string, instead: string) => {
    const value = unit.get(section, key);
    return value === undefined || !/[.:]/.test(value) ? instead : value;
  };
  const [local, remote] = [said('Local', /[.:]/.test(shown) ? shown : own), said('Remote', other)];
  for (const [ns, dev] of [
    [ends.host, below.near],
    [ends.far, below.far],
  ] as const)
    await ns.exec('ip', ['address', 'flush', 'dev', dev, 'scope', 'global']);
  const [length, nodad] = family === 4 ? [32, ''] : [128, ' nodad'];
  await ends.onHost(`address replace ${local}/${length} peer ${remote} dev ${below.near}${nodad}`);
  await ends.onFar(`address replace ${remote}/${length} peer ${local} dev ${below.far}${nodad}`);
  await ends.onHost(`link set ${below.near} up`);
  await ends.onFar(`link set ${below.far} up`);
  return { local, remote, below };
}

function keyWords(unit: Unit): string[] {
  const get = (key: string) => unit.get('Tunnel', key);
  const [ikey, okey] = [get('InputKey') ?? get('Key'), get('OutputKey') ?? get('Key')];
  return [
    ...(okey ? [`ikey ${okey}`] : []),
    ...(ikey ? [`okey ${ikey}`] : []),
    ...(unit.isOn('Tunnel', 'SerializeTunneledPackets') ? ['iseq oseq'] : []),
  ];
}

function erspanWords(unit: Unit): string[] {
  const get = (key: string) => unit.get('Tunnel', key);
  const version = get('ERSPANVersion');
  const own = {
    1: `erspan ${get('ERSPANIndex')}`,
    2: `erspan_dir ${get('ERSPANDirection')} erspan_hwid ${get('ERSPANHardwareId')}`,
  };
  return [`erspan_ver ${version}`, own[Number(version) as 1 | 2] ?? ''];
}

/** A tunnel without a remote end sends to the next hop's address (`ip_tunnel_xmit`), or to that of a neighbour. */
function toOpenEnd(kind: string, name: string, remote: string): DevicePair['lines'] {
  return (_, target) => {
    if (kind === 'ip6gre') throw new Error('ip neigh takes no IPv6 address for lladdr');
    if (kind === 'gre') return { host: [`neigh replace ${target} lladdr ${remote} dev ${name}`] };
    const via = kind === 'sit' ? `::${remote}` : remote;
    return { host: [`route replace ${target} via ${via} dev ${name} onlink`] };
  };
}

/** Each packet is told by its route where it goes. */
export function encapRoutes(
  near: string,
  far: string,
  { local, remote }: Outer,
  encap: 'ip' | 'ip6',
): DevicePair['lines'] {
  const route = (to: string, dst: string, dev: string) =>
    `route replace ${to} encap ${encap} id 0 dst ${dst} dev ${dev}`;
  return (own, target) => ({ host: [route(target, remote, near)], far: [route(own, local, far)] });
}

/** Addresses without a subnet. */
export function single(family: 4 | 6): Pick<DevicePair, 'family' | 'addresses'> {
  return { family, addresses: family === 4 ? ['10.97.0.1/32', '10.97.0.2/32'] : ['fd97::1/128', 'fd97::2/128'] };
}

async function protectedPair(ends: Ends, pair: DevicePair, outer: Outer): Promise<DevicePair> {
  const addresses = nextSubnet(pair.family ?? 4);
  await protectBoth(ends, outer, { inner: addresses.map((each) => each.split('/')[0] as string) });
  // The packet's own policy is checked in vti_rcv_cb, which then takes away what a second check would need.
  for (const [ns, device] of [
    [ends.host, pair.near],
    [ends.far, pair.far],
  ] as const)
    ns.sysctl.set(`net.ipv${pair.family ?? 4}.conf.${device}.disable_policy`, 1);
  return { ...pair, addresses };
}

/** RFC 5214: the last 32 bits are the IPv4 address. */
function isatapAddresses({ local, remote }: Outer): [string, string] {
  return [`fd95::200:5efe:${local}/64`, `fd95::200:5efe:${remote}/64`];
}

/** RFC 5969: behind the prefix, which has 24 bits in systemd's file, stands the IPv4 address. */
async function sixRd(ends: Ends, pair: DevicePair, { local, remote }: Outer, prefix: string): Promise<DevicePair> {
  await ends.onFar(`tunnel 6rd dev ${pair.far} 6rd-prefix ${prefix}`);
  const [net = '', length] = prefix.split('::/');
  const inside = (address: string) => {
    const hex = ipToBytes(address).toString('hex');
    return `${net}:00${hex.slice(0, 2)}:${hex.slice(2, 6)}:${hex.slice(6)}00::1/${length}`;
  };
  return { ...pair, addresses: [inside(local), inside(remote)] };
}
