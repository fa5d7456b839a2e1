import { isNoRoute } from '../kernel/no-route.ts';
import { joinedGroups } from '../kernel/tables/joined-groups.ts';
import { deviceAt, heldIn } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { type Interface, isLink, type Namespace } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { addressesOf } from '../lab/tables/address-list.ts';
import { listNeighbours } from '../lab/tables/list-neighbours.ts';
import { hasRules, routeTo } from '../lab/tables/route-to.ts';
import { ipvlan } from '../links/ipvlan.ts';
import { hasNftables } from '../netlink/netfilter/packet-filters.ts';
import type { Route } from '../netlink/routing/route.ts';
import { broadcastOf, familyOf, isMulticastIp } from '../wire/ip-address.ts';
import type { SendFailure } from './asker.ts';
import type { ProbeResult } from './outcome.ts';
import { mtuOf } from './path-mtu.ts';
import type { Question } from './question.ts';

/** Whether an address is one of the namespace's own, loopback included. */
export function isOwnAddress(namespace: Namespace, address: string): boolean {
  if (address === '::1' || address.startsWith('127.')) return true;
  return heldIn(namespace, address).length > 0;
}

/** Whether the host that asks sent an error to itself. Its kernel sends such an error from the address that the host asks from (`arp_error_report`). */
export function isFromAsker({ from, to, source }: Question, sender: string): boolean {
  // Where it asks itself, that address may be one of no device.
  return (sender === source.address && to.namespace !== from) || isOwnAddress(from, sender);
}

/** What an errno of a send means: the network's state forbids it, nothing can be known, or, undefined, that it left. */
export function sendFailure(question: Question, errno: string): SendFailure | undefined {
  const { from, to, source, family } = question;
  // NET_XMIT_DROP: an ipvlan took it, and dropped what is for a private sibling (ipvlan_queue_xmit). Others are congested.
  if (errno === 'ENOBUFS' && isLink(source.device, ipvlan)) return undefined;
  const orRule = (words: string) => (hasRules(from, family) ? words : '');
  switch (errno) {
    case 'ENETUNREACH':
      // tcp_v4_connect: nobody connects to all at once.
      if (isBroadcast(from, to.address)) return broadcast(to.address, errno);
      if (isMulticastIp(to.address)) return { outcome: 'unsent', reason: multicast(question, errno) };
      return {
        outcome: 'unsent',
        reason: `${from.name} has no route to ${to.address}${orRule(', or a rule says so')} (ENETUNREACH)`,
      };
    case 'EHOSTUNREACH':
      return { outcome: 'unsent', reason: `${from.name} has no way to ${to.address} (EHOSTUNREACH)` };
    case 'ENETDOWN':
      return { outcome: 'unsent', reason: 'the interface is down (ENETDOWN)' };
    case 'ENODEV':
      return { outcome: 'unsent', reason: `${source.device} is gone (ENODEV)` };
    // wg_xmit: nobody is said to have the address, or nobody knows where its owner is.
    case 'ENOKEY':
      return { outcome: 'unsent', reason: `no peer of ${source.device} has ${to.address} (ENOKEY)` };
    case 'EDESTADDRREQ':
      return {
        outcome: 'unsent',
        reason: `the peer of ${source.device} for ${to.address} has no endpoint (EDESTADDRREQ)`,
      };
    case 'EADDRNOTAVAIL':
      return { outcome: 'unsent', reason: `${from.name} cannot send from the address asked for (EADDRNOTAVAIL)` };
    case 'EPERM':
      return { outcome: 'unsent', reason: `${refuser(from)} drops it on output (EPERM)` };
    case 'EINVAL':
      // __mkroute_output: what is from 127.0.0.0/8 stays in its host.
      if (source.address.startsWith('127.'))
        return { outcome: 'unsent', reason: `${source.address} is no source outside of ${from.name} (EINVAL)` };
      // fib_props: what a blackhole and a prohibit route say.
      return { outcome: 'unsent', reason: `a blackhole route${orRule(' or rule')} of ${from.name} takes it (EINVAL)` };
    case 'EACCES':
      // raw_sendmsg, udp_sendmsg: a broadcast wants SO_BROADCAST.
      if (isBroadcast(from, to.address)) return broadcast(to.address, errno);
      return { outcome: 'unsent', reason: `a prohibit route${orRule(' or rule')} of ${from.name} takes it (EACCES)` };
    case 'EMSGSIZE':
      return {
        outcome: 'unsent',
        reason: `message too long, mtu=${mtuOf(question, deviceOf(question)).mtu} (EMSGSIZE)`,
      };
    case 'EADDRINUSE':
      return { outcome: 'broken', reason: `${withoutPort(from)} (EADDRINUSE)` };
    default:
      return { outcome: 'broken', reason: `sending failed with ${errno}` };
  }
}

/** Every port that the kernel may choose is in use, or reserved (`inet_csk_find_open_port`, `udp_lib_get_port`). */
function withoutPort({ name, sysctl }: Namespace): string {
  const range = sysctl.get('net.ipv4.ip_local_port_range').replace(/\s+/, '-');
  const reserved = sysctl.get('net.ipv4.ip_local_reserved_ports');
  const without = reserved === '' ? '' : `, without ${reserved} (ip_local_reserved_ports)`;
  return `${name} has no port left to send from: net.ipv4.ip_local_port_range is ${range}${without}`;
}

function broadcast(address: string, errno: string): SendFailure {
  return { outcome: 'unsent', reason: `${address} is a broadcast address: no host has it (${errno})`, isFinal: true };
}

/** A group needs a route as any address does, and who has joined it may answer. */
function multicast({ from, to: { address }, family }: Question, errno: string): string {
  const joined = from.lab.namespaces.filter(
    (each) =>
      each.role !== 'switch' &&
      [...joinedGroups(engineOf(each).netns, family)].some((line) => line.endsWith(` ${address}`)),
  );
  const members = joined.length > 0 ? `that ${joined.join(' and ')} joined` : 'that nobody joined';
  return `${from.name} has no route to ${address}, a multicast group ${members} (${errno})`;
}

/** Netfilter's hooks say EPERM, and so does an IPsec policy that blocks (`xfrm_lookup_with_ifid`). */
function refuser(namespace: Namespace): string {
  const { name, netns } = engineOf(namespace);
  return hasNftables(netns) ? `a netfilter rule of ${name}` : `a packet filter or an IPsec policy (ip xfrm) of ${name}`;
}

/**
 * Looks, after a probe was lost, whether it can have left at all. A device without carrier swallows what it is given
 * (`noop_enqueue`), so the send itself said nothing.
 */
export function examineLoss(question: Question, result: ProbeResult, by?: string): ProbeResult {
  if (result.outcome !== 'lost') return result;
  // An ARP request of our own, or a solicitation, takes the device, and no route.
  const { source, to } = question;
  const hop = by === 'arp' || by === 'nd' ? { device: source.device, address: to.address } : nextHop(question);
  if (typeof hop === 'string') return { ...result, outcome: 'unsent', reason: hop, presumed: true };
  const { device, address } = hop;
  const fault = linkFault(device);
  // Of several next hops one may lead elsewhere than the one that was asked about (fib_select_multipath).
  if (fault) return { ...result, outcome: 'unsent', reason: `${device} ${fault}`, presumed: true };
  const entry = listNeighbours(question.from).find(({ to }) => to === address);
  if (entry && !['INCOMPLETE', 'FAILED'].includes(entry.state)) return result;
  // An IPv4 route may lead to an IPv6 address (RFC 8950).
  const asked = familyOf(address) === 4 ? `ARP who-has ${address}` : `ND solicitation for ${address}`;
  return entry ? { ...result, reason: `${asked} was never answered` } : result;
}

/** The last address of a subnet, or of all. */
function isBroadcast({ interfaces }: Namespace, address: string): boolean {
  if (address === '255.255.255.255') return true;
  const own = addressesOf(interfaces, 4);
  return own.some((prefix) => prefix.length < 31 && address === broadcastOf(prefix));
}

/** What is wrong with a link, so that nothing passes it; undefined when it is up and plugged in. */
export function linkFault(device: Interface): 'is gone' | 'is down' | 'has no carrier' | undefined {
  const state = stateIfThere(device);
  if (!state) return 'is gone';
  const { up, carrier, operState } = state;
  if (!up) return 'is down';
  return carrier && operState !== 'LOWERLAYERDOWN' ? undefined : 'has no carrier';
}

function deviceOf(question: Question): Interface {
  const hop = nextHop(question);
  return typeof hop === 'string' ? question.source.device : hop.device;
}

/** The device and address that the kernel would send to now, or why there is none. */
export function nextHop({ from, to, source, bound, flow }: Question): { device: Interface; address: string } | string {
  let route: Route;
  try {
    const dev = bound === 'device' ? source.device : undefined;
    route = routeOf(from, to.address, { dev, bound: bound ? source.address : undefined, chosen: source.address, flow });
  } catch (error) {
    if (isNoRoute(error)) return `${from.name} has no route to ${to.address} (${error.code})`;
    throw error;
  }
  const device = bound === 'device' ? source.device : deviceAt(from, route.device);
  // To itself: over lo, which is no interface of the lab's and cannot be without carrier.
  if (!device) return { device: source.device, address: route.via ?? to.address };
  return { device, address: route.via ?? to.address };
}

/** With a source that the kernel chooses, a route for certain sources alone counts for IPv6 (`ip6_dst_lookup_tail`). */
function routeOf(
  from: Namespace,
  to: string,
  {
    dev,
    bound,
    chosen,
    flow,
  }: { dev: Interface | undefined; bound: string | undefined; chosen: string; flow: Question['flow'] },
): Route {
  const by = { ...flow, device: dev?.index };
  try {
    return routeTo(from, to, { ...by, from: bound });
  } catch (error) {
    if (bound !== undefined || familyOf(to) !== 6 || !isNoRoute(error)) throw error;
    return routeTo(from, to, { ...by, from: chosen });
  }
}
