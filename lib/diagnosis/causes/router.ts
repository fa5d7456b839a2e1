import { type Interface, type Namespace, UsageError } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { expectedWay } from '../../trace/expected-way.ts';
import { hasKnownEnd } from '../../trace/may-lead-to.ts';
import { ownerOf } from '../../trace/owner.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { deviceName } from '../names.ts';
import { downCause, noCarrier } from './link.ts';
import { neighbourCause } from './neighbour.ts';
import { hasSeveralHops, reversePathCause } from './reverse-path.ts';
import { routeFor } from './route.ts';

const ETHERNET_HEADER = 14;
/** In the byte of the flags (RFC 791 section 3.1). */
const DONT_FRAGMENT = 0x40;

/** Why a packet that came in by one interface of a host was not passed on by another (`ip_forward`). */
export function routerCause(ingress: Interface, egress: Interface, bytes: Buffer, length: number): Cause | undefined {
  const packet = ipPacketOf(bytes);
  const { namespace } = ingress;
  if (!packet) return { code: 'router.not-a-switch', facts: { namespace: namespace.name } };
  const off = forwardingOff(ingress, packet.family);
  if (off) return off;
  const { route, cause } = routeFor(namespace, packet.destination);
  const chosen = namespace.interfaces.find(({ index }) => index === route?.device);
  // The shortest way is not the only one, and where a tunnel leads nobody knows.
  const by = chosen && (leadsTo(chosen, packet.destination) || !hasKnownEnd(chosen)) ? chosen : egress;
  const down = downCause(by);
  if (down) return down;
  const link = by.state();
  if (!link.carrier) return noCarrier(by);
  if (cause) return cause;
  // Which of several next hops it is depends on the packet (fib_select_multipath).
  if (!route || hasSeveralHops(namespace, packet.destination)) return undefined;
  // By the loopback: a translation may have made the packet its own before the routes were asked.
  if (route.device !== undefined && route.device !== by.index)
    return chosen && otherDevice(packet.destination, chosen, by);
  return (
    reversePathCause(ingress, packet.source) ??
    mtuCause(by, link.mtu, bytes, length - ETHERNET_HEADER) ??
    neighbourCause(namespace, packet.destination)
  );
}

function otherDevice(to: string, device: Interface, wanted: Interface): Cause {
  const { name: namespace } = device.namespace;
  return {
    code: 'route.other-device',
    facts: { namespace, to, device: deviceName(device), wanted: deviceName(wanted) },
  };
}

function leadsTo(device: Interface, destination: string): boolean {
  // A host takes what is for it by whichever device.
  const to = ownerOf(device.namespace.lab, destination)?.namespace;
  return (
    to !== undefined && expectedWay({ at: device, direction: 'out' }, { to, sender: device.namespace }) !== undefined
  );
}

/** `ip_forward` asks the device that the packet came in by (IN_DEV_FORWARD), `ip6_forward` all, or that one's force_forwarding. */
function forwardingOff({ namespace, name }: Interface, family: 4 | 6): Cause | undefined {
  const isOff = (sysctl: string) => sysctlOf(namespace, sysctl) === '0';
  const [all, own] =
    family === 4
      ? ['net.ipv4.ip_forward', `net/ipv4/conf/${name}/forwarding`]
      : ['net.ipv6.conf.all.forwarding', `net/ipv6/conf/${name}/force_forwarding`];
  if (family === 4 ? !isOff(own) : !isOff(all) || sysctlOf(namespace, own) === '1') return undefined;
  const sysctl = isOff(all) ? all : own;
  return { code: 'router.forwarding-off', facts: { namespace: namespace.name, family, sysctl } };
}

/** Undefined where the kernel has no such sysctl: force_forwarding came with 6.17. */
function sysctlOf({ sysctl }: Namespace, name: string): string | undefined {
  try {
    return sysctl.get(name);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

/** `ip_exceeds_mtu`, `ip6_pkt_too_big`: a router fragments over IPv4 only, and where it may. */
function mtuCause(egress: Interface, mtu: number, bytes: Buffer, length: number): Cause | undefined {
  const isIpv4 = bytes.readUInt8(ETHERNET_HEADER) >> 4 === 4;
  const mayFragment = isIpv4 && (bytes.readUInt8(ETHERNET_HEADER + 6) & DONT_FRAGMENT) === 0;
  if (length <= mtu || mayFragment) return undefined;
  return { code: 'link.mtu', facts: { device: deviceName(egress), mtu, length, where: { is: 'router' } } };
}
