import { FALLBACK_TUNNELS } from '../links/fallback-tunnels.ts';
import { kindOf, settingsOf } from '../links/registry.ts';
import { vrf } from '../links/vrf.ts';
import { vxlan } from '../links/vxlan.ts';
import type { Link } from '../state/network-state.ts';
import { isMulticastIp } from '../wire/ip-address.ts';
import { NO_MAC } from '../wire/mac-address.ts';
import { OUTER_PROTOCOLS, type OuterPacket, type TunnelHeader } from '../wire/tunnel-header.ts';
import { downCause } from './carrier.ts';
import type { Cause } from './cause.ts';
import type { Device } from './network.ts';
import { lookupOf, refusalOf, type VniRange } from './tunnel-lookup.ts';

/**
 * Which header stands in an outer packet before what the tunnel carries. Undefined for a link that is no tunnel, and for tunnels that
 * the model does not know: FOU and GUE put one more header in.
 */
export function tunnelHeader(link: Link): TunnelHeader | undefined {
  const isWrappedAgain = (settingsOf(link)?.['encap'] ?? 'none') !== 'none';
  return isWrappedAgain ? undefined : kindOf(link)?.description.outerHeader;
}

/**
 * Why nobody takes the outer packet of a tunnel in the host that it came to: no tunnel there fits it, or the one that does is down, or
 * refuses it by its header.
 * Undefined where a tunnel takes it, and where the model cannot say.
 *
 * @param namespace where the outer packet came in, for an address of that host
 * @param vnisOf the list of VNIs of a vxlan that has one (`vnifilter`)
 */
export function whyNotTaken(
  sender: Device,
  namespace: string,
  outer: OuterPacket,
  vnisOf: (device: Device) => readonly VniRange[] = () => [],
): Cause | undefined {
  const { name: lookup, kinds, misfits } = lookupOf(outer);
  const all = sender.network.devices.filter(({ link }) => kinds.includes(link.kind ?? ''));
  const here = all.filter((each) => each.namespace === namespace);
  // A tunnel that was moved takes what comes to the namespace in which it was made (get_link_net).
  if (all.some(({ link }) => link.linkNamespaceId !== undefined)) return undefined;
  // What an external vxlan takes is known: its port, and the VNIs of its list.
  const isOpen = (link: Link) => isFallback(link) || (isExternal(link) && !vxlan.is(link));
  if (here.some(({ link }) => link.up && isOpen(link))) return undefined;
  // The socket belongs to the VRF of the device below (__vxlan_sock_add).
  if (outer.port !== undefined && here.some(({ host }) => host.links.some((link) => vrf.is(link)))) return undefined;
  const own = here
    .filter(({ link }) => !isOpen(link))
    .map((device) => ({ device, wrong: misfits(device.link, outer, vnisOf(device)) }));
  const [fitting, another] = own.filter(({ wrong }) => wrong.length === 0);
  if (another) return undefined;
  if (fitting?.device.link.up) {
    const refusal = refusalOf(fitting.device.link, outer);
    return refusal && { code: 'tunnel.refused', facts: { device: sender.name, by: fitting.device.name, ...refusal } };
  }
  // A tunnel that is down has no socket (vxlan_open), or is passed over (IFF_UP).
  if (fitting) return downCause(fitting.device);
  const { source, destination: to, port, id, key } = outer;
  const [nearest, ...others] = own.flatMap(({ device, wrong }) => {
    const [only, ...more] = wrong;
    return only && more.length === 0 ? [{ device: device.name, ...only }] : [];
  });
  const facts = {
    ...{ device: sender.name, namespace, kind: sender.link.kind ?? '', lookup, source, to },
    ...(port === undefined ? {} : { port }),
    ...(id === undefined ? {} : { id }),
    ...(key === undefined ? {} : { key }),
    ...(nearest && others.length === 0 ? { nearest } : {}),
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
  if (tunnelHeader(link) === undefined || isExternal(link) || !isByRoute || proxy === true) return undefined;
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

/** It takes whatever comes (`collect_md_tun`), and sends where the metadata of each packet say. */
export function isExternal(link: Link): boolean {
  return settingsOf(link)?.['external'] === true;
}
