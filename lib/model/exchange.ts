import { BROADCAST_MAC } from '../wire/mac-address.ts';
import { type Deliveries, deliver, type Frame, type Topology } from './frame-path.ts';

/** What a single frame or an exchange may be. */
export const FRAME_KINDS = ['arp', 'unicast', 'broadcast', 'multicast', 'nd'] as const;
export const KINDS = [...FRAME_KINDS, 'ping4', 'ping6'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];
export type Kind = (typeof KINDS)[number];

/** Any group address: a path depends on the group bit alone, given that the receiver has joined. */
const GROUP_MAC = '01:00:5e:00:00:fb';

/** How many copies of one frame the receiver's own stack gets; of an exchange, 1 when its answer is back. */
export function expectedCopies(topology: Topology, from: string, to: string, kind: Kind): number {
  if (kind === 'ping4' || kind === 'ping6') return echo(topology, from, to) ? 1 : 0;
  return copies(deliver(topology, from, frameOf(topology, from, to, kind)), to);
}

/**
 * An echo from cold neighbour tables: the question for the neighbour is a group frame, everything after it unicast. The
 * target learns the asker from its question (`arp_process`, `ndisc_recv_ns`), so it need not ask back. This is why a
 * one-way wall for broadcast turns some answers around.
 */
function echo(topology: Topology, from: string, to: string): boolean {
  const there = frameOf(topology, from, to, 'unicast');
  const back = frameOf(topology, to, from, 'unicast');
  const steps: [string, string, Frame][] = [
    [from, to, frameOf(topology, from, to, 'arp')],
    [to, from, back],
    [from, to, there],
    [to, from, back],
  ];
  return steps.every(([sender, receiver, frame]) => copies(deliver(topology, sender, frame), receiver) > 0);
}

function frameOf(topology: Topology, from: string, to: string, kind: FrameKind): Frame {
  const source = macOf(topology, from);
  switch (kind) {
    case 'unicast':
      return { source, destination: macOf(topology, to) };
    case 'arp':
    case 'broadcast':
      return { source, destination: BROADCAST_MAC };
    case 'multicast':
    case 'nd':
      return { source, destination: GROUP_MAC };
  }
}

function macOf({ parent, children, hosts }: Topology, place: string): string {
  const found = [parent, ...children, ...hosts].find((candidate) => candidate.place === place);
  if (!found) throw new Error(`there is no place ${place} in the topology`);
  return found.mac;
}

function copies(deliveries: Deliveries, place: string): number {
  return deliveries.filter((each) => each === place).length;
}
