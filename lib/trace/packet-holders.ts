import { once } from '../base/once.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { networkOf } from '../kernel/namespaces/network-of.ts';
import { listSysctls, readSysctls } from '../kernel/namespaces/sysctl.ts';
import { type ForeignSocket, foreignSocketsIn, foreignSocketsOf } from '../kernel/sockets/foreign-sockets.ts';
import { readProcNetIfAny } from '../kernel/tables/proc-net.ts';
import { engineOf, enginesOf } from '../lab/engines/engine.ts';
import type { NamespaceEngine } from '../lab/engines/namespace-engine.ts';
import type { Lab } from '../lab/index.ts';
import { isHeldByProcess } from '../lab/programs/processes.ts';
import { kindOf } from '../links/registry.ts';
import { vxlan } from '../links/vxlan.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { ipNtable } from '../netlink/routing/neighbour-table.ts';
import { hasIpsec } from '../netlink/xfrm/ipsec.ts';

/**
 * Sockets whose owner gets no packet that is for another: those of netlink, of IPsec's keys, of ciphers, and those that `ping` has without
 * privileges, which get echo replies alone.
 */
const HARMLESS = new Set(['NETLINK', 'KEY', 'ALG', 'PING', 'PINGv6']);
/** They get only what is sent in their connections, which the kernel accepts (`tcp_conn_request`) as long as their queue has room. */
const OF_CONNECTIONS = new Set(['TCP', 'TCPv6']);
/** The same, but no table of the kernel says where they are bound. */
const OF_SEVERAL_PATHS = new Set(['MPTCP', 'MPTCPv6']);
const OF_DATAGRAMS = new Set(['UDP', 'UDPv6', 'UDP-Lite', 'UDPLITEv6']);
const CONF = 'net/ipv4/conf';

/**
 * Whether a program, or a function of the spec, may have got a packet in a lab's networks, and pass it on or answer it later. It has a
 * socket that gets packets, a queue or a log of the packet filter (NFQUEUE, NFLOG), an open tun or tap, or a separate network; or it is
 * asked for hosts.
 *
 * @param ofConnections whether sockets of TCP are enough
 */
export function mayHoldPackets(lab: Lab, ofConnections: boolean): boolean {
  const { isPristine, programs } = engineOf(lab);
  if (isPristine) return false;
  const engines = enginesOf(lab.namespaces);
  if (engines.some((each) => hasQueue(each.netns) || isAskedForHosts(each) || hasSockets(each, ofConnections)))
    return true;
  if (engines.some(({ rtnetlink }) => rtnetlink.list(ipLink.all()).some(mayBeRead))) return true;
  // Its own network, and that of the run, to which the lab has no way.
  const elsewhere = [process.pid, process.ppid].map(networkOf);
  const known = new Set([-1, ...elsewhere, ...engines.map(({ netns }) => netns.inode)]);
  return programs.left().some((pid) => !known.has(networkOf(pid)));
}

function hasSockets(engine: NamespaceEngine, ofConnections: boolean): boolean {
  const { netns, foreign } = engine;
  const all = foreignSocketsIn(netns).filter((each) => !HARMLESS.has(each));
  const [datagrams, connections] = [OF_DATAGRAMS, OF_CONNECTIONS].map((kinds) => all.some((each) => kinds.has(each)));
  const isOther = (each: string) =>
    !OF_DATAGRAMS.has(each) && !OF_CONNECTIONS.has(each) && (ofConnections || !OF_SEVERAL_PATHS.has(each));
  if (all.some(isOther)) return true;
  const isApart = once(() => keepsLoopbackApart(engine));
  const isReached = ({ isAtLoopback }: ForeignSocket) => !isAtLoopback || !isApart();
  if (ofConnections && connections && foreignSocketsOf(netns, 'tcp').some(isReached)) return true;
  const reached = datagrams ? foreignSocketsOf(netns, 'udp').filter(isReached) : [];
  const files = reached.map(({ file }) => file);
  // The kernel's own, of a vxlan or a WireGuard, count as UDP, and keep nothing. A container's processes need not be ours to look at.
  return foreign ? files.length > 0 : isHeldByProcess(new Set(files));
}

/**
 * Whether no packet of another host gets to a socket at 127.0.0.0/8, such as those of Docker's name server (127.0.0.11). The kernel drops
 * what comes for such an address (`ip_route_input_slow`) unless `route_localnet` is set. A tunnel may have its other end there: a program
 * that carries its packets.
 */
function keepsLoopbackApart({ netns, rtnetlink }: NamespaceEngine): boolean {
  const isTunnel = (link: LinkState) =>
    link.up && link.kind !== undefined && (kindOf(link)?.end ?? 'unknown') === 'unknown';
  if (rtnetlink.list(ipLink.all()).some(isTunnel)) return false;
  const names = listSysctls(netns, CONF).map((device) => `${CONF}/${device}/route_localnet`);
  return [...readSysctls(netns, names).values()].every((value) => value === '0');
}

/**
 * Whether the packet filter hands packets to a program, or copies of them (NFLOG): the program may then let the next one pass. The kernel has a
 * line for each such program (`nfqnl seq_show`); without the module there are none.
 */
function hasQueue(namespace: NetNamespace): boolean {
  return ['queue', 'log'].some((kind) => readProcNetIfAny(namespace, `netfilter/nfnetlink_${kind}`) !== '');
}

/**
 * Whether a program may be asked, by netlink, for MAC addresses, remote ends or the keys of IPsec (`neigh_app_ns`, `vxlan_ip_miss`,
 * `xfrm_send_acquire`): what comes after its answer passes.
 */
function isAskedForHosts({ netns, rtnetlink }: NamespaceEngine): boolean {
  if (!foreignSocketsIn(netns).includes('NETLINK')) return false;
  if (hasIpsec(netns) || rtnetlink.list(ipNtable.all()).some(({ appProbes = 0 }) => appProbes > 0)) return true;
  return rtnetlink.list(ipLink.all()).some((link) => {
    const settings = vxlan.is(link) ? vxlan.of(link) : undefined;
    return settings !== undefined && (settings.l2miss === true || settings.l3miss === true);
  });
}

/** Whether a program may read what is sent by a device. A tun has a carrier while one does; of others, such as `ppp0`, nobody knows. */
function mayBeRead(link: LinkState): boolean {
  const kind = kindOf(link);
  const isForProgram = kind ? kind.description.characterDevice !== undefined : link.kind !== undefined;
  return isForProgram && link.up && link.carrier;
}
