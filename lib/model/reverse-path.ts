import type { DeviceSysctl } from '../state/decisive-sysctls.ts';
import { deviceSysctl } from '../state/device-sysctl.ts';
import { vrfOf } from '../state/find-link.ts';
import { isLoopbackIp } from '../wire/ip-address.ts';
import type { IpPacket } from '../wire/ip-packet.ts';
import type { Device } from './network.ts';
import { drop, unknown, type Verdict } from './prediction.ts';
import { lookUpRoute } from './route-lookup.ts';

/**
 * Why a host refuses a packet for its source (`__fib_validate_source`): with `rp_filter` 1 (strict) it must come in where its
 * answer would go out, with 2 (loose) an answer must have some way out (RFC 3704); and nothing comes from the host itself. The VRF of
 * the device has no say but in the routes (`ip_rcv_finish`).
 */
export function refusesSource(
  device: Device,
  { family, source }: Pick<IpPacket, 'family' | 'source'>,
): Verdict | undefined {
  // ipv6_rcv has no such check, nor is there one for who has no address yet.
  if (family === 6 || source === '0.0.0.0') return undefined;
  const { namespace, host, index } = device;
  // A martian source, of whatever route.
  if (isLoopbackIp(source) && !takesLoopback(device)) {
    const facts = { namespace, source };
    return drop({ code: 'ip.localnet', facts }, 'ip_route_input_slow', { reason: 'SKB_DROP_REASON_IP_LOCALNET' });
  }
  const mode = greatest(device, 'rp_filter');
  const back = lookUpRoute(host, source, { from: index });
  if (back.kind === 'unknown') return unknown(back.why);
  if (back.kind === 'local' && greatest(device, 'accept_local') === 0) {
    const facts = { namespace, address: source, lost: 'packet' } as const;
    return drop({ code: 'address.own-source', facts }, 'fib_validate_source');
  }
  if (mode === 0) return undefined;
  const own = host.addresses.filter((each) => each.index === index && each.family === 4);
  // fib_info_nh_uses_dev: what is local leads back by the device that has the address.
  const leadsHere = back.kind === 'hop' ? back.device === index : own.some(({ address }) => address === source);
  // no_addr: of a device without an address the loose mode is as strict.
  const isLoose = mode === 2 && own.length > 0;
  if (back.kind !== 'none' && (leadsHere || isLoose)) return undefined;
  const elsewhere = mode === 2 ? 'unnumbered' : 'elsewhere';
  const facts = {
    device: device.name,
    namespace,
    source,
    mode,
    back: back.kind === 'none' ? 'none' : elsewhere,
  } as const;
  return drop({ code: 'host.rp-filter', facts }, 'fib_validate_source', { reason: 'SKB_DROP_REASON_IP_RPFILTER' });
}

/** `IN_DEV_NET_ROUTE_LOCALNET`: whether what comes in by a device may be from or for an address of 127.0.0.0/8. */
export function takesLoopback(device: Device): boolean {
  return greatest(device, 'route_localnet') > 0;
}

/** The device that a packet is received by: in place of a device that belongs to a VRF, the VRF (`vrf_ip_rcv`). */
export function domainOf(device: Device): Device {
  return device.inHost(vrfOf(device.host, device.index)?.index ?? device.index) ?? device;
}

/** `IN_DEV_MAXCONF`: of `all` and the device's own the greater counts. */
export function greatest({ host, link }: Device, key: DeviceSysctl<'ipv4'>): number {
  return Math.max(...['all', link.name].map((which) => Number(deviceSysctl(host, 'ipv4', which, key) ?? 0)));
}
