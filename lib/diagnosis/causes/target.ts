import { ipvsServicesOf } from '../../kernel/tables/ipvs-services.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Interface, Namespace } from '../../lab/index.ts';
import { addressesOf } from '../../lab/tables/address-list.ts';
import { hasRules } from '../../lab/tables/route-to.ts';
import type { Cause } from '../../model/cause.ts';
import { lookUpRoute } from '../../model/route-lookup.ts';
import type { AddressState } from '../../netlink/address.ts';
import { echoLimitOf } from '../../probes/echo-limit.ts';
import { vrfOf } from '../../state/find-link.ts';
import { answersAnycast, hasAddress } from '../../trace/owner.ts';
import { arpIn } from '../../wire/arp.ts';
import { type Family, familyOf, isMulticastIp } from '../../wire/ip-address.ts';
import { type IpPacket, ipPacketOf } from '../../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { unusableCause } from './address.ts';
import { modelledAlone } from './by-model.ts';
import { backlogCause, unreadCause } from './closed-port.ts';
import { neighbourCause, silenceOf } from './neighbour.ts';
import { reversePathCause } from './reverse-path.ts';
import { noWayBack } from './route.ts';
import { routeOfAnswer } from './rules.ts';
import { tapCause } from './tap.ts';
import { tagCause } from './vlan.ts';

/**
 * Why a host that was given a question sent no answer.
 *
 * @param seen the frame as it arrived: on its way its source may have been translated
 * @param since when the question began, in nanoseconds by the clock of the taps
 */
export function targetCause(arrival: Interface, address: string, seen: Buffer, since: bigint): Cause | undefined {
  const { namespace } = arrival;
  const elsewhere = tapCause(arrival) ?? tagCause(arrival, seen);
  if (elsewhere) return elsewhere;
  const own = addressesOf(namespace.interfaces).find((each) => each.address === address);
  const facts = { namespace: namespace.name, address };
  const isAnycast = !own && answersAnycast(namespace, address);
  if (!own && !isAnycast && !hasAddress(namespace, address)) return { code: 'address.elsewhere', facts };
  const unusable = own && unusableCause(namespace, own);
  if (unusable) return unusable;
  const untagged = withoutVlanTags(seen);
  const packet = ipPacketOf(untagged);
  if (!packet) return arpCause(arrival, untagged);
  if (own && !isLocal(arrival, own)) return { code: 'address.not-local', facts };
  const reverse = reversePathCause(arrival, packet.source);
  if (reverse) return reverse;
  const silencer = silencerOf(namespace, packet, isAnycast);
  if (silencer) return silencer;
  // IPVS may have given it to a server, which needs another way back, or none by this host (ip_vs_in_hook). It does so with no echo request.
  if (!isEcho(packet) && ipvsServicesOf(engineOf(namespace).netns).length > 0) return undefined;
  const byRules = routeOfAnswer(namespace, packet);
  return (
    ownSourceCause(namespace, packet.source) ??
    noWayBack(namespace, packet.source) ??
    byRules.cause ??
    neighbourCause(namespace, packet.source, since, byRules.route) ??
    (isEcho(packet) ? limitCause(namespace, packet.family) : undefined) ??
    waitingCause(namespace, packet)
  );
}

/** Whether the routes of a host say of one of its addresses that it is its own. Where rules or VRFs decide, nobody knows. */
function isLocal(arrival: Interface, { address, index: holder }: AddressState): boolean {
  const device = modelledAlone(arrival);
  if (!device || [device.index, holder].some((index) => vrfOf(device.host, index))) return true;
  const { kind } = lookUpRoute(device.host, address, { from: device.index });
  return kind !== 'hop' && kind !== 'none';
}

/** The setting by which a host answers no echo requests (`icmp_echo`, `icmp_rcv`, `icmpv6_echo_reply`). */
export function silencerOf(namespace: Namespace, packet: IpPacket, isAnycast = false): Cause | undefined {
  if (!isEcho(packet)) return undefined;
  const { family, destination } = packet;
  const all = family === 4 ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all';
  const groups = family === 4 ? 'net.ipv4.icmp_echo_ignore_broadcasts' : 'net.ipv6.icmp.echo_ignore_multicast';
  const silencers = [
    all,
    ...(isMulticastIp(destination) ? [groups] : []),
    ...(isAnycast ? ['net.ipv6.icmp.echo_ignore_anycast'] : []),
  ];
  const sysctl = silencers.find((each) => namespace.sysctl.get(each) === '1');
  return sysctl === undefined ? undefined : { code: 'host.echo-ignored', facts: { namespace: namespace.name, sysctl } };
}

function isEcho({ protocol, payload }: IpPacket): boolean {
  return protocol === IP_PROTOCOL.icmp || (protocol === IP_PROTOCOL.icmpv6 && payload[0] === 128);
}

/** That a program does not take what waits for it. */
function waitingCause(namespace: Namespace, { protocol, payload }: IpPacket): Cause | undefined {
  if (protocol === IP_PROTOCOL.tcp) return backlogCause(namespace, payload.readUInt16BE(2));
  return protocol === IP_PROTOCOL.udp ? unreadCause(namespace, payload.readUInt16BE(2)) : undefined;
}

/**
 * If the kernel counts the messages that a limit kept back, it must have counted at least one. Before Linux 6.12 the limit for all hosts
 * together belongs to the machine, and a namespace does not tell it.
 */
function limitCause(namespace: Namespace, family: Family): Cause | undefined {
  const limit = echoLimitOf(namespace, family);
  if (!limit || limit.hasKept === false || limit.value === '') return undefined;
  const { sysctl, value, mask } = limit;
  return { code: 'host.echo-limited', facts: { namespace: namespace.name, sysctl, value, mask } };
}

function arpCause(arrival: Interface, bytes: Buffer): Cause | undefined {
  const arp = arpIn(bytes);
  return arp && silenceOf(arrival, arp.targetIp, arp.senderIp);
}

/** Of IPv4 `ip_rcv` has refused it before. */
function ownSourceCause(namespace: Namespace, source: string): Cause | undefined {
  if (hasRules(namespace, familyOf(source) ?? 4) || !hasAddress(namespace, source)) return undefined;
  return { code: 'address.own-source', facts: { namespace: namespace.name, address: source, lost: 'answer' } };
}
