import type { PacketEvent } from '../kernel/packet-events/packet-tracer.ts';
import { Macvlan } from '../lab/index.ts';
import type { CapturedFrame } from './capture.ts';

/** A packet that the kernel itself says it dropped. */
export interface KernelDrop {
  event: PacketEvent;
  /** By which devices it came there, from the one that first sent it. */
  way: { device: string; direction: 'in' | 'out' }[];
}

/** Who sent the probes, and when. */
export interface Sends {
  thread: number;
  /** Beginning and end of each send, in nanoseconds of the monotonic clock. */
  times: readonly (readonly [from: bigint, to: bigint])[];
}

/** A frame at a device, as a tap saw it. */
export type Sighting = Pick<CapturedFrame, 'at' | 'direction'>;

/** How long one packet may be worked on at a stretch; beyond it something else must have come in between. */
const LONGEST_STRETCH = 1_000_000n;

/**
 * What became of the packets that were sent, followed through the events of a whole machine. Nothing but what is surely
 * theirs counts:
 *
 * - a packet begins where our thread, in its own system call and in no interrupt, gave one of that length to a device;
 * - it goes on as long as its `sk_buff` lives: until the address is freed, it is nobody else's;
 * - a copy of it, or an answer to it, begins where a CPU that had just received it sent one before it was done with it.
 */
export function findDrops(events: readonly PacketEvent[], sends: Sends, length: number): KernelDrop[] {
  const roots = events.filter((event) => event.kind === 'queue' && isOurs(event, sends) && event.length === length);
  return roots.flatMap((root) => follow(events, root, [], DEEPEST));
}

/** What was dropped before any device was given it: by the output hook, for want of a route … */
export function findUnsentDrop(events: readonly PacketEvent[], sends: Sends): PacketEvent | undefined {
  const ours = events.filter((event) => isOurs(event, sends));
  // What was sent all the same, no tap had room for; then the drop may be that of the tap's own copy.
  if (ours.some(({ kind }) => kind === 'queue')) return undefined;
  return ours.find(({ kind }) => kind === 'drop');
}

/**
 * Whether a drop is that of a frame whose way the taps saw: it came by the very devices, in order, and died where the
 * frame was last seen.
 */
export function isDropAt({ way }: KernelDrop, seen: readonly Sighting[]): boolean {
  let next = 0;
  for (const { device, direction } of way) {
    // Between bridge-mode siblings it does (dev_forward_skb).
    while (isHandedDown(seen[next]) && seen[next]?.at.name !== device) next++;
    const here = seen[next++];
    if (here?.at.name !== device || here.direction !== direction) return false;
  }
  return seen.slice(next).every(isHandedDown);
}

/** The kernel does not show a frame again where a parent hands it to its macvlan (RX_HANDLER_ANOTHER). */
function isHandedDown(sighting: Sighting | undefined): boolean {
  return sighting !== undefined && sighting.at instanceof Macvlan && sighting.direction === 'in';
}

/** Floods within floods: a lab has few switches behind each other. */
const DEEPEST = 32;

function isOurs({ thread, interrupt, time }: PacketEvent, sends: Sends): boolean {
  return thread === sends.thread && !interrupt && sends.times.some(([from, to]) => from <= time && time <= to);
}

function follow(
  events: readonly PacketEvent[],
  root: PacketEvent,
  before: KernelDrop['way'],
  depth: number,
): KernelDrop[] {
  const way = [...before, stepOf(root)];
  const drops: KernelDrop[] = [];
  let current = root;
  for (let at = events.indexOf(root) + 1; at < events.length; at++) {
    const event = events[at];
    if (event?.skb !== root.skb) continue;
    if (depth > 0 && current.kind === 'receive')
      for (const copy of copiesOf(events, current, event)) drops.push(...follow(events, copy, way, depth - 1));
    if (event.kind === 'consume') return drops;
    if (event.kind === 'drop') return [...drops, { event, way }];
    way.push(stepOf(event));
    current = event;
  }
  return drops;
}

/** What a CPU sent while it worked on a packet: from its coming to its going, without a break. */
function copiesOf(events: readonly PacketEvent[], received: PacketEvent, done: PacketEvent): PacketEvent[] {
  if (done.cpu !== received.cpu || !done.interrupt || done.time - received.time > LONGEST_STRETCH) return [];
  const between = events.filter(
    ({ cpu, time, skb }) => cpu === received.cpu && time >= received.time && time <= done.time && skb !== received.skb,
  );
  const isStretch = between.every(({ interrupt, kind }) => interrupt && kind !== 'receive');
  return isStretch ? between.filter(({ kind }) => kind === 'queue') : [];
}

function stepOf({ kind, device = '' }: PacketEvent): KernelDrop['way'][number] {
  return { device, direction: kind === 'queue' ? 'out' : 'in' };
}
