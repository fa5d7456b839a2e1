import { type Interface, isLink, type Namespace } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import { decodeArp } from '../../wire/arp.ts';
import { decodeEthernet, ETHERTYPE } from '../../wire/ethernet.ts';
import { familyOf } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../../wire/ipv4.ts';
import { arpSilence, neighbourObstacle } from './neighbour.ts';
import type { Obstacle } from './obstacle.ts';
import { holds } from './owner.ts';
import { reversePathObstacle } from './reverse-path.ts';
import { routeFor } from './route.ts';
import { tapObstacle } from './tap.ts';
import { tagObstacle } from './vlan.ts';

/**
 * Why a host that was given a question sent no answer.
 *
 * @param bytes the frame as its sender had it
 * @param seen the frame as it arrived
 */
export function targetObstacle(arrival: Interface, address: string, bytes: Buffer, seen: Buffer): Obstacle | undefined {
  const { namespace } = arrival;
  const elsewhere = tapObstacle(arrival) ?? tagObstacle(arrival, seen);
  if (elsewhere) return elsewhere;
  const own = namespace.interfaces.flatMap((device) => device.address.list()).find((each) => each.address === address);
  if (!own && !holds(namespace, address)) return { text: `${namespace} does not have ${address}` };
  // One that failed is tentative for good (addrconf_dad_stop).
  if (own?.dadFailed) return { text: `${address} of ${namespace} is a duplicate: another node has it (dadfailed)` };
  if (own?.tentative)
    return { text: `${address} of ${namespace} is tentative: duplicate address detection is not done` };
  const packet = ipPacketOf(bytes);
  if (!packet) return arpObstacle(arrival, bytes);
  const reverse = reversePathObstacle(arrival, packet.source);
  if (reverse) return reverse;
  const ignores = packet.family === 4 ? 'net.ipv4.icmp_echo_ignore_all' : 'net.ipv6.icmp.echo_ignore_all';
  const isEcho =
    packet.protocol === IP_PROTOCOL.icmp || (packet.protocol === IP_PROTOCOL.icmpv6 && packet.payload[0] === 128);
  if (isEcho && namespace.sysctl.get(ignores) === '1') {
    return { text: `${namespace} answers no echo: ${ignores} is 1`, hint: `${namespace}.sysctl.set('${ignores}', 0)` };
  }
  const back = routeFor(namespace, packet.source, 'route back to').obstacle;
  return ownSourceObstacle(namespace, packet.source) ?? back ?? neighbourObstacle(namespace, packet.source);
}

/** `arp_process` checks the sender as `ip_rcv` does (`ip_route_input_noref`), and may be told to stay quiet. */
function arpObstacle(arrival: Interface, bytes: Buffer): Obstacle | undefined {
  const frame = decodeEthernet(bytes);
  const arp = frame?.etherType === ETHERTYPE.arp ? decodeArp(frame.payload) : undefined;
  const reverse = arp && reversePathObstacle(arrival, arp.senderIp);
  if (reverse) return reverse;
  if (arp && isLink(arrival, ipvlan) && arrival.mode !== 'l2') {
    return {
      text: `${arrival} answers no ARP: it is in mode ${arrival.mode}`,
      hint: `route to it instead, by an address of ${arrival.parent}; or set({ mode: 'l2' }) on ${arrival}`,
    };
  }
  return arp && arpSilence(arrival, arp.targetIp, arp.senderIp);
}

/** Of IPv4 `ip_rcv` has refused it before. */
function ownSourceObstacle(namespace: Namespace, source: string): Obstacle | undefined {
  if (namespace.route.hasRules(familyOf(source) ?? 4) || !holds(namespace, source)) return undefined;
  return {
    text: `${namespace} has ${source} too, so what it answers goes to itself`,
    hint: `two hosts with one address: give ${namespace} another`,
  };
}
