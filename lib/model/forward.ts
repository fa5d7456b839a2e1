import { deviceSysctl } from '../state/device-sysctl.ts';
import { isLoopbackIp, isMulticastIp } from '../wire/ip-address.ts';
import type { IpPacket } from '../wire/ip-packet.ts';
import type { Cause } from './cause.ts';
import { exceedsMtu } from './exceeds-mtu.ts';
import { filtersOf } from './filters-of.ts';
import type { Frame, PacketType } from './frame.ts';
import { forwardToGroup } from './mroute.ts';
import type { Device } from './network.ts';
import { drop, toNeighbour, unknown, type Verdict } from './prediction.ts';
import { refusesSource, takesLoopback } from './reverse-path.ts';
import { type Lookup, lookUpRoute } from './route-lookup.ts';

/** What a host does with a packet that its stack was given, and that is not its own: `ip_route_input_slow`, `ip_forward`, `ip6_forward`. */
export function forwardPacket(device: Device, frame: Frame, type: PacketType): readonly Verdict[] {
  const { packet } = frame;
  if (packet && isMulticastIp(packet.destination)) return forwardToGroup(device, frame, packet);
  if (!packet || type !== 'host' || packet.destination === BROADCAST) return [];
  const vague = filtersOf(device, packet);
  if (vague) return [unknown(vague)];
  if (isLoopbackIp(packet.destination) && !takesLoopback(device)) {
    const facts = { namespace: device.namespace, to: packet.destination };
    return [drop({ code: 'ip.localnet', facts }, 'ip_route_input_slow', { reason: 'SKB_DROP_REASON_IP_LOCALNET' })];
  }
  const found = lookUpRoute(device.host, packet.destination, { from: device.index });
  if (found.kind === 'unknown') return [unknown(found.why)];
  const off = found.kind === 'local' ? undefined : forwardingOff(device, packet);
  if (off) return [drop(off, packet.family === 4 ? 'ip_route_input_slow' : 'ip6_forward')];
  if (found.kind === 'none') return [drop(found.cause, 'fib_lookup')];
  const refused = refusesSource(device, packet);
  if (refused) return [refused];
  return found.kind === 'local' ? [] : passOn(device, frame, packet, found);
}

function passOn(
  device: Device,
  frame: Frame,
  { family, destination }: IpPacket,
  { device: index, via, mtu }: Extract<Lookup, { kind: 'hop' }>,
): readonly Verdict[] {
  const { namespace } = device;
  const egress = device.inHost(index);
  if (!egress) return [unknown(`${namespace} has no device ${index}`)];
  const where = family === 4 ? 'ip_forward' : 'ip6_forward';
  const { hopLimit } = frame;
  if (hopLimit !== undefined && hopLimit <= 1)
    return [drop({ code: 'ip.ttl', facts: { namespace } }, where, { reason: 'SKB_DROP_REASON_IP_INHDR' })];
  const tooLong = exceedsMtu(egress, frame, where, mtu === undefined ? undefined : { mtu, to: destination });
  if (tooLong) return [tooLong];
  return [toNeighbour(egress, via ?? destination, { ...frame, hopLimit: hopLimit && hopLimit - 1 })];
}

/**
 * `ip_route_input_slow` asks the device that the packet came in by (IN_DEV_FORWARD), `ip6_forward` all, or from 6.17 on that one's
 * force_forwarding. The VRF of the device is not asked (`ip_rcv_finish`).
 */
function forwardingOff({ namespace, host, link }: Device, { family }: IpPacket): Cause | undefined {
  const isOff = (name: string) => host.sysctls[name] === '0';
  const all = family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
  const isForced = family === 6 && deviceSysctl(host, 'ipv6', link.name, 'force_forwarding') === '1';
  const own = family === 4 ? deviceSysctl(host, 'ipv4', link.name, 'forwarding') === '0' : isOff(all) && !isForced;
  if (!own) return undefined;
  const sysctl = isOff(all) ? all : `net/ipv4/conf/${link.name}/forwarding`;
  return { code: 'router.forwarding-off', facts: { namespace, family, sysctl } };
}

const BROADCAST = '255.255.255.255';
