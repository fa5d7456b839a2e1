import { FALLBACK_TUNNELS } from '../links/fallback-tunnels.ts';
import { kindOf, settingsOf } from '../links/registry.ts';
import type { Link } from '../state/network-state.ts';
import { isMulticastIp } from '../wire/ip-address.ts';
import { NO_MAC } from '../wire/mac-address.ts';
import { OUTER_PROTOCOLS, type OuterPacket, type TunnelHeader } from '../wire/tunnel-header.ts';
import { downCause } from './carrier.ts';
import type { Cause } from './cause.ts';
import type { Device } from './network.ts';
import { lookupOf } from './tunnel-lookup.ts';

/**
 * Which header stands in an outer packet before what the tunnel carries. Undefined for a link that is no tunnel, and for tunnels that
 * the model does not know: an `external` one sends where the metadata of each packet say, and FOU and GUE put one more header in.
 */
export function tunnelHeader(link: Link): TunnelHeader | undefined {
  const isWrappedAgain = (settingsOf(link)?.['encap'] ?? 'none') !== 'none';
  return isExternal(link) || isWrappedAgain ? undefined : kindOf(link)?.description.outerHeader;
}

/**
 * Why nobody takes the outer packet of a tunnel in the host that it came to: no tunnel there fits it, or the one that does is down.
 * Undefined where a tunnel takes it, and where the model cannot say.
 *
 * @param namespace where the outer packet came in, for an address of that host
 */
export function whyNotTaken(sender: Device, namespace: string, outer: OuterPacket): Cause | undefined {
  const { name: lookup, kinds, misfits } = lookupOf(outer);
  const all = sender.network.devices.filter(({ link }) => kinds.includes(link.kind ?? ''));
  const here = all.filter((each) => each.namespace === namespace);
  // A tunnel that was moved takes what comes to the namespace in which it was made (get_link_net).
  if (all.some(({ link }) => link.linkNamespaceId !== undefined)) return undefined;
  if (here.some(({ link }) => link.up && (isExternal(link) || isFallback(link)))) return undefined;
  // The socket belongs to the VRF of the device below (__vxlan_sock_add).
  if (outer.port !== undefined && here.some(({ host }) => host.links.some(({ kind }) => kind === 'vrf')))
    return undefined;
  const own = here
    .filter(({ link }) => !isFallback(link) && !isExternal(link))
    .map((device) => ({ device, wrong: misfits(device.link, outer) }));
  const [fitting, another] = own.filter(({ wrong }) => wrong.length === 0);
  if (another || fitting?.device.link.up) return undefined;
  // A tunnel that is down has no socket (vxlan_open), or is passed over (IFF_UP).
  if (fitting) return downCause(fitting.device);
  const { source, destination: to, port, id, key } = outer;
  const [nearest, ...others] = own.flatMap(({ device, wrong }) => {
    const [only, ...more] = wrong;
    return only && more.length === 0 ? [{ device: device.name, ...only }] : [];
  });
  const { by = lookup, ...near } = nearest && others.length === 0 ? nearest : {};
  const facts = {
    ...{ device: sender.name, namespace, kind: sender.link.kind ?? '', lookup: by, source, to },
    ...(port === undefined ? {} : { port }),
    ...(id === undefined ? {} : { id }),
    ...(key === undefined ? {} : { key }),
    ...('device' in near ? { nearest: near } : {}),
  };
  return { code: 'tunnel.not-taken', facts };
}

/** What the outer packets of tunnels are known by: protocols, and ports of UDP. */
export function outerSigns(devices: readonly Device[]): { protocols: number[]; ports: number[] } {
  const found = devices.flatMap(({ link }) => {
    const header = tunnelHeader(link);
    return header === undefined ? [] : [{ header, port: settingsOf(link)?.['dstport'] }];
  });
  return {
    protocols: [...new Set(found.flatMap(({ header }) => OUTER_PROTOCOLS[header]))],
    ports: [...new Set(found.flatMap(({ port }) => (typeof port === 'number' ? [port] : [])))],
  };
}

/** Where the outer packets of a tunnel go to, and from which address, if it says so. */
export interface Ends {
  remote: string;
  local: string | undefined;
}

/**
 * Where a tunnel sends frames for a MAC address to: a vxlan by its forwarding database (`vxlan_find_mac`), others by `remote`. Undefined
 * where one is a group, and where a route alone does not say how to get there.
 */
export function endsOf(device: Device, mac: string): readonly Ends[] | undefined {
  const { link } = device;
  const { dev, fwmark, proxy, local } = settingsOf(link) ?? {};
  const isByRoute = dev === undefined && (fwmark ?? 0) === 0 && link.linkNamespaceId === undefined;
  // A proxy answers itself (arp_reduce, neigh_reduce).
  if (tunnelHeader(link) === undefined || !isByRoute || proxy === true) return undefined;
  const remotes = remotesOf(device, mac);
  const known = remotes?.filter((remote) => remote !== undefined && !isMulticastIp(remote));
  if (!known || known.length < (remotes?.length ?? 0)) return undefined;
  return known.map((remote) => ({ remote: String(remote), local: typeof local === 'string' ? local : undefined }));
}

/** The MAC address that a vxlan finds in its forwarding database for another: the same, or the one that stands for all others. */
export function fdbAddress(device: Device, mac: string): string {
  return ownFdb(device).some((entry) => entry.mac === mac) ? mac : NO_MAC;
}

function remotesOf(device: Device, mac: string): readonly (string | undefined)[] | undefined {
  const { remote } = settingsOf(device.link) ?? {};
  if (!kindOf(device.link)?.description.keepsFdb) return typeof remote === 'string' ? [remote] : undefined;
  const by = fdbAddress(device, mac);
  const own = ownFdb(device).filter((entry) => entry.mac === by);
  return own.some(({ via }) => via !== undefined) ? undefined : own.map(({ to }) => to);
}

function ownFdb({ host, index }: Device) {
  return host.fdb.filter(({ device, bridge }) => device === index && bridge === undefined);
}

/** The tunnel that takes what no other does (`fb_tunnel_dev`), where it is up. */
function isFallback(link: Link): boolean {
  const { remote, local } = settingsOf(link) ?? {};
  return FALLBACK_TUNNELS.test(link.name) && remote === undefined && local === undefined;
}

/** It takes whatever comes (`collect_md_tun`), or what a list of VNIs says. */
function isExternal(link: Link): boolean {
  const { external, vnifilter } = settingsOf(link) ?? {};
  return external === true || vnifilter === true;
}
