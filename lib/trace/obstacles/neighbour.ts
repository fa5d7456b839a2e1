import { type Interface, isLink, type Lab, type Namespace } from '../../lab/index.ts';
import { ipvlan } from '../../links/ipvlan.ts';
import { contains } from '../../wire/ip-address.ts';
import { Capture, type CapturedFrame } from '../capture.ts';
import { advertised, solicitationOf } from '../solicitation.ts';
import type { Obstacle } from './obstacle.ts';
import { ownerOf } from './owner.ts';
import { reversePathObstacle } from './reverse-path.ts';
import { routeFor } from './route.ts';

/** An entry that has failed is asked for again with the next packet: each tenth of a second, while a question goes on. */
const LATELY = 200_000_000n;

/** `RT_SCOPE_HOST` */
const SCOPE_HOST = 254;

/** Why a host that wanted to send to an address did not: nobody has told it the MAC address of its next hop. */
export function neighbourObstacle(namespace: Namespace, address: string): Obstacle | undefined {
  const { route } = routeFor(namespace, address);
  if (!route) return undefined;
  const hop = route.via ?? address;
  // A table has an entry a device: what was learnt at another one does not count.
  const entry = namespace.neighbour.list().find(({ to, device }) => to === hop && device === route.device);
  const asked = lastQuestion(namespace, hop);
  if ((!asked && namespace.lab.taps) || (entry && !['INCOMPLETE', 'FAILED'].includes(entry.state))) return undefined;
  // One that failed goes at any time where the table, which all namespaces share, is large (neigh_periodic_work).
  if (!entry && !asked) return undefined;
  const owner = ownerOf(namespace.lab, hop);
  if (asked && owner && wasAnswered(asked, owner.namespace, hop)) return lostAnswer(asked, owner, hop);
  const text = `${namespace} asks who has ${hop}, and nobody answers`;
  if (isLink(owner, ipvlan) && owner.mode !== 'l2') {
    return {
      text: `${text}: ${owner}, in mode ${owner.mode}, has no ARP and no ND`,
      hint: `route to it instead: ${namespace}.route.add({ to: '${hop}', via: an address of ${owner.parent} })`,
    };
  }
  const silent = owner && asked && silenceOf(asked, owner, hop);
  return silent ? { ...silent, text: `${text}: ${silent.text}` } : { text };
}

/** Without ARP a device sends whatever it sends to its own MAC address (`ndisc_constructor`). */
function lostAnswer(asked: CapturedFrame, owner: Interface, address: string): Obstacle {
  const text = `${asked.at.namespace} asks who has ${address}, and the answer of ${owner.namespace} does not come`;
  const by = arrivalOf(asked, owner);
  if (!by || by.state().arp) return { text };
  const silent = withoutArp(by);
  return { ...silent, text: `${text}: ${silent.text}` };
}

/** The last time that it was seen to ask, of late: that nobody answered once is no word on what did not get so far. */
function lastQuestion({ lab, interfaces }: Namespace, address: string): CapturedFrame | undefined {
  return lately(lab).findLast(
    ({ at, direction, bytes }) =>
      direction === 'out' && interfaces.includes(at) && solicitationOf(bytes)?.target === address,
  );
}

function lately(lab: Lab): readonly CapturedFrame[] {
  const frames = lab.taps ? Capture.of(lab).frames() : [];
  const since = (frames.at(-1)?.nanoseconds ?? 0n) - LATELY;
  return frames.filter(({ nanoseconds }) => nanoseconds >= since);
}

function wasAnswered(
  { at: { namespace }, nanoseconds: since }: CapturedFrame,
  owner: Namespace,
  address: string,
): boolean {
  return lately(namespace.lab).some(
    ({ at, direction, bytes, nanoseconds }) =>
      nanoseconds >= since && direction === 'out' && at.namespace === owner && advertised(bytes) === address,
  );
}

/**
 * Why a host does not answer: by the device that the question came to, which need not be the one with the address
 * (`arp_process`; of IPv6 it must be, `ndisc_recv_ns`). Undefined where it did not come.
 */
function silenceOf(asked: CapturedFrame, owner: Interface, address: string): Obstacle | undefined {
  const arrival = arrivalOf(asked, owner);
  if (!arrival) return undefined;
  if (!address.includes(':')) return arpSilence(arrival, address, solicitationOf(asked.bytes)?.source);
  if (arrival !== owner) {
    return {
      text: `${address} is an address of ${owner}, and ${arrival} answers ND for its own alone`,
      hint: `give it to ${arrival}, or a route by way of ${owner.namespace} to whoever asks`,
    };
  }
  return arrival.state().arp ? undefined : withoutArp(arrival);
}

/** The device of a host that a question for an address came to: the one that has it, if it came there. */
function arrivalOf({ identity }: CapturedFrame, owner: Interface): Interface | undefined {
  const { namespace } = owner;
  const devices = lately(namespace.lab).flatMap((frame) =>
    frame.direction === 'in' && frame.at.namespace === namespace && frame.identity === identity ? [frame.at] : [],
  );
  // Behind a port it is the bridge that IP gets it by.
  return devices.find((device) => device === owner) ?? devices.find((device) => !device.isPort);
}

/** It takes no ARP in (`arp_rcv`), and no solicited-node group is joined on it (`addrconf_join_solict`). */
export function withoutArp(device: Interface): Obstacle {
  return {
    text: `${device} has no ARP (IFF_NOARP)`,
    hint: `on ${device.namespace}: ip link set ${device.name} arp on`,
  };
}

/**
 * Why a device answers no question for an address (`arp_ignore`, of which the greater value of `all` and its own counts),
 * or none at all.
 *
 * @param asker who asks; where nobody knows, only what holds for all askers is told
 */
export function arpSilence(device: Interface, target: string, asker?: string): Obstacle | undefined {
  const { namespace, name } = device;
  if (!device.state().arp) return withoutArp(device);
  // arp_process looks for a way to the asker (ip_route_input_noref) before it answers.
  const reverse = asker === undefined ? undefined : reversePathObstacle(device, asker);
  if (reverse) return reverse;
  const values = ['all', name].map((which) => Number(namespace.sysctl.get(`net/ipv4/conf/${which}/arp_ignore`)));
  const ignore = Math.max(...values);
  const own = device.address.list().find(({ address }) => address === target);
  const ignores =
    (ignore === 1 && !own) ||
    (ignore === 2 && (!own || (asker !== undefined && !contains(own, asker)))) ||
    (ignore === 3 && own?.scope === SCOPE_HOST) ||
    ignore === 8;
  if (!ignores) return undefined;
  return {
    text: `${device} does not answer ARP for ${target}: arp_ignore is ${ignore}`,
    hint: `${namespace}.sysctl.set('net/ipv4/conf/${name}/arp_ignore', 0), and 'all' as well`,
  };
}
