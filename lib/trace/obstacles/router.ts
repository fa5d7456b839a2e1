import { KernelError } from '../../kernel/kernel-error.ts';
import type { Interface } from '../../lab/index.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { neighbourObstacle } from './neighbour.ts';
import type { Obstacle } from './obstacle.ts';
import { ownerIn } from './owner.ts';

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
  const forwarding = packet.family === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
  if (namespace.sysctl.get(forwarding) === '0') {
    return {
      text: `${namespace} does not forward IPv${packet.family}: ${forwarding} is 0`,
      hint: `${namespace}.sysctl.set('${forwarding}', 1)`,
    };
  }
  const link = egress.state();
  if (!link.up) return { text: `${egress} is down`, hint: `bring it up: set({ up: true }) on ${egress}` };
  if (!link.carrier) return { text: `${egress} has no carrier` };
  const route = routeTo(ingress, packet.destination);
  if (!route) {
    return {
      text: `${namespace} has no route to ${packet.destination}`,
      hint: `${namespace}.route.add({ to: '${packet.destination}', via: … })`,
    };
  }
  if (route.device !== egress.index) {
    const other = namespace.interfaces.find(({ index }) => index === route.device);
    return {
      text: `${namespace} sends to ${packet.destination} by ${other ?? `device ${route.device}`}, not by ${egress}`,
    };
  }
  return (
    reversePathObstacle(ingress, packet.source) ??
    mtuObstacle(egress, link.mtu, bytes, length - ETHERNET_HEADER) ??
    neighbourObstacle(namespace, packet.destination)
  );
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

/**
 * RFC 3704: with `rp_filter` 1 (strict) a packet must come in where its answer would go out, with 2 (loose) an answer
 * must have some way out (`__fib_validate_source`).
 */
export function reversePathObstacle(ingress: Interface, source: string): Obstacle | undefined {
  const { namespace, name } = ingress;
  if (source.includes(':')) return undefined;
  const martian = ownSourceObstacle(ingress, source);
  if (martian) return martian;
  // IN_DEV_RPFILTER: the greater of the two counts, so loose beats strict.
  const mode = Math.max(
    ...['all', name].map((which) => Number(namespace.sysctl.get(`net/ipv4/conf/${which}/rp_filter`))),
  );
  if (mode === 0) return undefined;
  const back = routeTo(ingress, source);
  if (back && (mode !== 1 || back.device === ingress.index)) return undefined;
  const why = back ? `the way back does not lead by ${name}` : `there is no way back`;
  return {
    text: `${ingress} refuses packets from ${source}: rp_filter is ${mode}, and ${why}`,
    hint: `${namespace}.sysctl.set('net/ipv4/conf/${name}/rp_filter', 0), and 'all' as well`,
  };
}

/** A host takes nothing that says it is from the host itself (`fib_validate_source`), but with `accept_local`. */
function ownSourceObstacle({ namespace, name }: Interface, source: string): Obstacle | undefined {
  if (!ownerIn(namespace, source)) return undefined;
  // IN_DEV_ORCONF: either will do.
  const accepts = ['all', name].some((which) => namespace.sysctl.get(`net/ipv4/conf/${which}/accept_local`) === '1');
  if (accepts) return undefined;
  return {
    text: `${namespace} has ${source} too, and takes nothing that comes from an address of its own`,
    hint: `two hosts with one address: give ${namespace} another`,
  };
}

function routeTo({ namespace }: Interface, address: string) {
  try {
    return namespace.route.get(address);
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}
