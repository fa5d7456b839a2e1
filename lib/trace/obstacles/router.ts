import { KernelError } from '../../kernel/kernel-error.ts';
import type { Interface } from '../../lab/index.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import type { Obstacle } from './obstacle.ts';

/** Why a packet that came in by one interface of a host was not passed on by another (`ip_forward`). */
export function routerObstacle(ingress: Interface, egress: Interface, bytes: Buffer): Obstacle | undefined {
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
  return reversePathObstacle(ingress, packet.source);
}

/**
 * RFC 3704: with `rp_filter` 1 (strict) a packet must come in where its answer would go out, with 2 (loose) an answer
 * must have some way out (`__fib_validate_source`).
 */
export function reversePathObstacle(ingress: Interface, source: string): Obstacle | undefined {
  const { namespace, name } = ingress;
  if (source.includes(':')) return undefined;
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

function routeTo({ namespace }: Interface, address: string) {
  try {
    return namespace.route.get(address);
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}
