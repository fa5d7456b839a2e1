import { type Interface, type Namespace, UsageError } from '../../lab/index.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { expectedWay } from '../expected-way.ts';
import { hasKnownEnd } from '../may-lead-to.ts';
import { neighbourObstacle } from './neighbour.ts';
import type { Obstacle } from './obstacle.ts';
import { ownerOf } from './owner.ts';
import { hasSeveralHops, reversePathObstacle } from './reverse-path.ts';
import { routeFor } from './route.ts';

const ETHERNET_HEADER = 14;
/** In the byte of the flags (RFC 791 section 3.1). */
const DONT_FRAGMENT = 0x40;

/** Why a packet that came in by one interface of a host was not passed on by another (`ip_forward`). */
export function routerObstacle(
  ingress: Interface,
  egress: Interface,
  bytes: Buffer,
  length: number,
): Obstacle | undefined {
  const packet = ipPacketOf(bytes);
  const { namespace } = ingress;
  if (!packet)
    return { text: `${namespace} passes on packets, not frames such as this one: it is a router, no switch` };
  const off = forwardingOff(ingress, packet.family);
  if (off) return off;
  const { route, obstacle } = routeFor(namespace, packet.destination);
  const chosen = namespace.interfaces.find(({ index }) => index === route?.device);
  // The shortest way is not the only one, and where a tunnel leads nobody knows.
  const by = chosen && (leadsTo(chosen, packet.destination) || !hasKnownEnd(chosen)) ? chosen : egress;
  const link = by.state();
  if (!link.up) return { text: `${by} is down`, hint: `bring it up: set({ up: true }) on ${by}` };
  if (!link.carrier) return { text: `${by} has no carrier` };
  if (obstacle) return obstacle;
  // Which of several next hops it is depends on the packet (fib_select_multipath).
  if (!route || hasSeveralHops(namespace, packet.destination)) return undefined;
  // By the loopback: a translation may have made the packet its own before the routes were asked.
  if (route.device !== undefined && route.device !== by.index)
    return chosen && { text: `${namespace} sends to ${packet.destination} by ${chosen}, not by ${by}` };
  return (
    reversePathObstacle(ingress, packet.source) ??
    mtuObstacle(by, link.mtu, bytes, length - ETHERNET_HEADER) ??
    neighbourObstacle(namespace, packet.destination)
  );
}

function leadsTo(device: Interface, destination: string): boolean {
  // A host takes what is for it by whichever device.
  const to = ownerOf(device.namespace.lab, destination)?.namespace;
  return (
    to !== undefined && expectedWay({ at: device, direction: 'out' }, { to, sender: device.namespace }) !== undefined
  );
}

/** `ip_forward` asks the device that the packet came in by (IN_DEV_FORWARD), `ip6_forward` all, or that one's force_forwarding. */
function forwardingOff({ namespace, name }: Interface, family: 4 | 6): Obstacle | undefined {
  const isOff = (sysctl: string) => sysctlOf(namespace, sysctl) === '0';
  const [all, own] =
    family === 4
      ? ['net.ipv4.ip_forward', `net/ipv4/conf/${name}/forwarding`]
      : ['net.ipv6.conf.all.forwarding', `net/ipv6/conf/${name}/force_forwarding`];
  if (family === 4 ? !isOff(own) : !isOff(all) || sysctlOf(namespace, own) === '1') return undefined;
  const sysctl = isOff(all) ? all : own;
  return {
    text: `${namespace} does not forward IPv${family}: ${sysctl} is 0`,
    hint: `${namespace}.sysctl.set('${sysctl}', 1)`,
  };
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
function mtuObstacle(egress: Interface, mtu: number, bytes: Buffer, length: number): Obstacle | undefined {
  const isIpv4 = bytes.readUInt8(ETHERNET_HEADER) >> 4 === 4;
  const mayFragment = isIpv4 && (bytes.readUInt8(ETHERNET_HEADER + 6) & DONT_FRAGMENT) === 0;
  if (length <= mtu || mayFragment) return undefined;
  return {
    text: `${egress} sends packets of up to ${mtu} bytes (its MTU), and this one has ${length}, not to be fragmented`,
    hint: `set({ mtu: ${length} }) on ${egress} and on the other end of its cable; or smaller packets`,
  };
}
