import { ETHERTYPE, SHORTEST_PAYLOAD } from '../wire/ethernet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import { BROADCAST_MAC, multicastMac4 } from '../wire/mac-address.ts';
import type { Frame } from './frame.ts';
import { question } from './neighbour.ts';
import { type Device, type ModelState, networkOf } from './network.ts';
import { predict } from './predict.ts';
import { heardBy } from './prediction.ts';

/** What a single frame or an exchange may be. */
export const FRAME_KINDS = ['arp', 'unicast', 'broadcast', 'multicast', 'nd'] as const;
export const KINDS = [...FRAME_KINDS, 'ping4', 'ping6'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];
export type Kind = (typeof KINDS)[number];

/** mDNS's: any group would do, given that the receiver has joined it. */
const GROUP = '224.0.0.251';

/**
 * How many copies of one frame the stack of a device gets; of an exchange, 1 when its answer is back.
 *
 * @param from as in `ns1/eth0`
 */
export function expectedCopies(state: ModelState, from: string, to: string, kind: Kind): number {
  const [sender, receiver] = [deviceAt(state, from), deviceAt(state, to)];
  if (kind === 'ping4' || kind === 'ping6') return echo(state, sender, receiver, kind) ? 1 : 0;
  return copies(state, sender, receiver, kind);
}

/**
 * An echo from cold neighbour tables: the question for the neighbour is a group frame, everything after it unicast. The
 * target learns the asker from its question (`arp_process`, `ndisc_recv_ns`), so it need not ask back. This is why a
 * one-way wall for broadcast turns some answers around. Who does without ARP neither asks nor answers (`IFF_NOARP`).
 */
function echo(state: ModelState, from: Device, to: Device, kind: 'ping4' | 'ping6'): boolean {
  const passes = (sender: Device, receiver: Device, what: FrameKind) => copies(state, sender, receiver, what) > 0;
  const question = kind === 'ping4' ? 'arp' : 'nd';
  const asks = (sender: Device, receiver: Device) =>
    receiver.link.arp && passes(sender, receiver, question) && passes(receiver, sender, 'unicast');
  if (from.link.arp && !asks(from, to)) return false;
  if (!passes(from, to, 'unicast')) return false;
  if (!from.link.arp && to.link.arp && !asks(to, from)) return false;
  return passes(to, from, 'unicast');
}

function copies(state: ModelState, from: Device, to: Device, kind: FrameKind): number {
  const at = { namespace: from.namespace, index: from.index, direction: 'out' } as const;
  const heard = heardBy(predict(state, frameOf(from, to, kind), at));
  return heard.filter(({ namespace, index }) => namespace === to.namespace && index === to.index).length;
}

function frameOf(from: Device, to: Device, kind: FrameKind): Frame {
  const [source, target] = [from.link.mac, to.link.mac];
  const [ip4, target4] = [from.address(4) ?? '0.0.0.0', to.address(4) ?? '0.0.0.0'];
  const frame = { source, tags: [], etherType: ETHERTYPE.ipv4, length: SHORTEST_PAYLOAD };
  const datagram = (destination: string) => ({
    family: 4 as const,
    ...{ source: ip4, destination, protocol: IP_PROTOCOL.udp, payload: Buffer.alloc(0) },
  });
  switch (kind) {
    case 'unicast':
      return { ...frame, destination: target, packet: datagram(target4) };
    case 'broadcast':
      return { ...frame, destination: BROADCAST_MAC, packet: datagram('255.255.255.255') };
    case 'multicast':
      return { ...frame, destination: multicastMac4(GROUP), packet: datagram(GROUP) };
    case 'arp':
      return question(from, 4, from.address(4), target4);
    case 'nd':
      return question(from, 6, from.address(6), to.address(6) ?? '::');
  }
}

function deviceAt(state: ModelState, name: string): Device {
  const device = networkOf(state).named(name);
  if (!device) throw new Error(`there is no device ${name} in the network`);
  return device;
}
