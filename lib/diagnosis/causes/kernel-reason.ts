import { kernelSymbol } from '../../kernel/drops/kernel-symbol.ts';
import { closedCause } from '../../model/bridge.ts';
import type { Cause } from '../../model/cause.ts';
import { frameAround } from '../../netlink/netfilter/nft-trace.ts';
import { linkFault } from '../../probes/source.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import type { KernelDrop } from '../kernel-drop.ts';
import { deviceName } from '../names.ts';
import { modelled } from './by-model.ts';
import { netemCause } from './impairment.ts';

/** The kernel's reasons that need no model to be understood (include/net/dropreason-core.h). */
const CAUSES: Record<string, (drop: KernelDrop) => Cause | undefined> = {
  NETFILTER_DROP: (drop) => ({ code: 'filter.drop', facts: hostOf(drop) }),
  TC_INGRESS: (drop) => ({ code: 'tc.drop', facts: { ...placeOf(drop), side: 'ingress' } }),
  TC_EGRESS: (drop) => ({ code: 'tc.drop', facts: { ...placeOf(drop), side: 'egress' } }),
  XDP: (drop) => ({ code: 'xdp.drop', facts: placeOf(drop) }),
  QDISC_DROP: byQueue,
  QDISC_OVERLIMIT: byQueue,
  QDISC_CONGESTED: byQueue,
  CPU_BACKLOG: () => ({ code: 'machine.backlog', facts: {} }),
  IP_RPFILTER: (drop) => ({ code: 'host.rp-filter', facts: placeOf(drop) }),
  IP_LOCAL_SOURCE: byOwnSource,
  BRIDGE_INGRESS_STP_STATE: byPort,
  TUNNEL_TXINFO: ({ device }) => device && { code: 'tunnel.no-metadata', facts: { device: deviceName(device) } },
  IP_LOCALNET: (drop) => ({ code: 'ip.localnet', facts: hostOf(drop) }),
  // Elsewhere it is a header that nobody can read.
  IP_INHDR: (drop) =>
    /^ip6?_forward$/.test(kernelSymbol(drop.drop.location) ?? '') ? { code: 'ip.ttl', facts: hostOf(drop) } : undefined,
  IP_CSUM: () => ({ code: 'ip.checksum', facts: { of: 'IP header' } }),
  TCP_CSUM: () => ({ code: 'ip.checksum', facts: { of: 'TCP' } }),
  UDP_CSUM: () => ({ code: 'ip.checksum', facts: { of: 'UDP' } }),
  ICMP_CSUM: () => ({ code: 'ip.checksum', facts: { of: 'ICMP' } }),
  XFRM_POLICY: (drop) => ({ code: 'ipsec.policy', facts: hostOf(drop) }),
  SOCKET_FILTER: (drop) => ({ code: 'socket.filter', facts: hostOf(drop) }),
  SOCKET_RCVBUFF: (drop) => ({ code: 'socket.full', facts: hostOf(drop) }),
  TCP_MD5NOTFOUND: (drop) => ({ code: 'tcp.md5', facts: { ...hostOf(drop), is: 'missing' } }),
  TCP_MD5UNEXPECTED: (drop) => ({ code: 'tcp.md5', facts: { ...hostOf(drop), is: 'unexpected' } }),
  TCP_MD5FAILURE: (drop) => ({ code: 'tcp.md5', facts: { ...hostOf(drop), is: 'wrong' } }),
  TCP_MINTTL: (drop) => ({ code: 'tcp.min-ttl', facts: hostOf(drop) }),
};

/**
 * What a drop means where the kernel's reason alone says so.
 *
 * @returns undefined for reasons of which a setting of the network is the cause: that is the model's to find
 */
export function meaningOf(drop: KernelDrop): Cause | undefined {
  return CAUSES[drop.drop.reason.replace('SKB_DROP_REASON_', '')]?.(drop);
}

function hostOf({ namespace }: KernelDrop) {
  return { namespace: namespace.name };
}

function placeOf({ namespace, device }: KernelDrop) {
  return { namespace: namespace.name, ...(device ? { device: deviceName(device) } : {}) };
}

function byOwnSource({ drop, namespace }: KernelDrop): Cause | undefined {
  const source = ipPacketOf(frameAround(drop.packet))?.source;
  return source === undefined
    ? undefined
    : { code: 'address.own-source', facts: { namespace: namespace.name, address: source, lost: 'packet' } };
}

function byPort({ device }: KernelDrop): Cause | undefined {
  const port = device && modelled(device);
  return port && closedCause(port);
}

/** A device without carrier has a queueing discipline that drops all it is given (`noop_enqueue`): then the link is the cause. */
function byQueue(drop: KernelDrop): Cause | undefined {
  if (drop.device && linkFault(drop.device)) return undefined;
  return (drop.device && netemCause(drop.device)) ?? { code: 'qdisc.drop', facts: placeOf(drop) };
}
