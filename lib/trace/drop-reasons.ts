import { linkFault } from '../probes/source.ts';
import type { KernelDrop } from './kernel-drop.ts';
import type { Obstacle } from './obstacles/obstacle.ts';

/** The kernel's reasons that need no model to be understood, in words (include/net/dropreason-core.h). */
const WORDS: Record<string, (drop: KernelDrop) => Obstacle | undefined> = {
  TC_INGRESS: (drop) => byTrafficControl(drop, 'ingress'),
  TC_EGRESS: (drop) => byTrafficControl(drop, 'egress'),
  XDP: ({ namespace, device }) => ({
    text: `dropped by an XDP program${device ? ` at ${device}` : ''}`,
    hint: `on ${namespace}: ip link show${device ? ` dev ${device.name}` : ''}`,
  }),
  QDISC_DROP: byQueue,
  QDISC_OVERLIMIT: byQueue,
  QDISC_CONGESTED: byQueue,
  CPU_BACKLOG: () => ({ text: "dropped by the machine: a processor's queue was full (net.core.netdev_max_backlog)" }),
  IP_RPFILTER: ({ namespace, device }) => ({
    text: `refused by the reverse path filter of ${device ?? namespace}`,
    hint: `${namespace}.sysctl.set('net.ipv4.conf.${device?.name ?? 'all'}.rp_filter', 0), and 'all' as well`,
  }),
  IP_LOCALNET: ({ namespace }) => ({
    text: `${namespace} takes no packets of 127.0.0.0/8 from outside`,
    hint: `${namespace}.sysctl.set('net.ipv4.conf.all.route_localnet', 1)`,
  }),
  // Elsewhere it is a header that nobody can read.
  IP_INHDR: ({ drop, namespace }) =>
    /^ip6?_forward$/.test(drop.location ?? '') ? { text: `its TTL was used up in ${namespace}` } : undefined,
  IP_CSUM: () => ({ text: 'the checksum of its IP header is wrong' }),
  TCP_CSUM: () => ({ text: 'its TCP checksum is wrong' }),
  UDP_CSUM: () => ({ text: 'its UDP checksum is wrong' }),
  ICMP_CSUM: () => ({ text: 'its ICMP checksum is wrong' }),
  XFRM_POLICY: ({ namespace }) => ({
    text: `refused by an IPsec policy of ${namespace}`,
    hint: `on ${namespace}: ip xfrm policy`,
  }),
  SOCKET_FILTER: ({ namespace }) => ({ text: `dropped by the filter of a socket of ${namespace} (SO_ATTACH_FILTER)` }),
  SOCKET_RCVBUFF: ({ namespace }) => ({
    text: `a socket of ${namespace} had no room for it: its program does not read`,
  }),
  TCP_MD5NOTFOUND: ({ namespace }) => ({ text: `the socket of ${namespace} wants TCP-MD5, and it has none` }),
  TCP_MD5UNEXPECTED: ({ namespace }) => ({ text: `it has TCP-MD5, which the socket of ${namespace} does not expect` }),
  TCP_MD5FAILURE: ({ namespace }) => ({ text: `its TCP-MD5 is not that of the socket of ${namespace}` }),
  TCP_MINTTL: ({ namespace }) => ({ text: `the socket of ${namespace} wants a greater TTL (IP_MINTTL)` }),
};

/**
 * What a drop means where the kernel's reason alone says so.
 *
 * @returns undefined for reasons of which a setting of the network is the cause: that is the model's to find
 */
export function meaningOf(drop: KernelDrop): Obstacle | undefined {
  return WORDS[drop.drop.reason.replace('SKB_DROP_REASON_', '')]?.(drop);
}

function byTrafficControl({ namespace, device }: KernelDrop, side: 'ingress' | 'egress'): Obstacle {
  return {
    text: `dropped by traffic control at the ${side}${device ? ` of ${device}` : ''}`,
    hint: `on ${namespace}: tc -s filter show dev ${device?.name ?? '…'} ${side}`,
  };
}

/** A device without carrier has a queueing discipline that drops all it is given (`noop_enqueue`): then the link is the cause. */
function byQueue({ namespace, device }: KernelDrop): Obstacle | undefined {
  if (device && linkFault(device)) return undefined;
  return {
    text: `dropped by the queueing discipline${device ? ` of ${device}` : ''}`,
    hint: `on ${namespace}: tc -s qdisc show dev ${device?.name ?? '…'}`,
  };
}
