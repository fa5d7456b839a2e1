import { type Interface, Ipvlan, type Namespace } from '../../lab/index.ts';
import { decodeArp } from '../../wire/arp.ts';
import { decodeEthernet, ETHERTYPE } from '../../wire/ethernet.ts';
import { contains } from '../../wire/ip-address.ts';
import { withoutVlanTags } from '../../wire/vlan-tag.ts';
import { Capture } from '../capture.ts';
import { solicitationOf } from '../solicitation.ts';
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
  const asked = askedFor(namespace, hop);
  if (!asked || (entry && !['INCOMPLETE', 'FAILED'].includes(entry.state))) return undefined;
  // One that failed goes at any time where the table, which all namespaces share, is large (neigh_periodic_work).
  if (!entry && !namespace.lab.taps) return undefined;
  const text = `${namespace} asks who has ${hop}, and nobody answers`;
  const owner = ownerOf(namespace.lab, hop);
  if (owner instanceof Ipvlan && owner.mode !== 'l2') {
    return {
      text: `${text}: ${owner}, in mode ${owner.mode}, has no ARP and no ND`,
      hint: `route to it instead: ${namespace}.route.add({ to: '${hop}', via: an address of ${owner.parent} })`,
    };
  }
  const silent = owner && (hop.includes(':') ? ndSilence(owner) : arpSilence(owner, hop, asked.sender));
  return silent ? { ...silent, text: `${text}: ${silent.text}` } : { text };
}

/** What it was seen to ask of late: that nobody answered once is no word on what did not get so far. */
function askedFor({ lab, interfaces }: Namespace, address: string): { sender?: string | undefined } | undefined {
  if (!lab.taps) return {};
  const frames = Capture.of(lab).frames();
  const since = (frames.at(-1)?.nanoseconds ?? 0n) - LATELY;
  const asking = frames.findLast(
    ({ at, direction, bytes, nanoseconds }) =>
      nanoseconds >= since &&
      direction === 'out' &&
      interfaces.includes(at) &&
      solicitationOf(bytes)?.target === address,
  );
  return asking && { sender: senderOf(asking.bytes) };
}

function senderOf(bytes: Buffer): string | undefined {
  const frame = decodeEthernet(withoutVlanTags(bytes));
  return frame?.etherType === ETHERTYPE.arp ? decodeArp(frame.payload)?.senderIp : undefined;
}

function ndSilence(device: Interface): Obstacle | undefined {
  return device.state().arp ? undefined : withoutArp(device);
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
