import { randomBytes } from 'node:crypto';
import { now } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Lab } from '../lab/index.ts';
import { stateIfThere } from '../lab/interface-state.ts';
import { broadcastRoom, macvlan } from '../links/macvlan.ts';
import { FrameSocket } from '../probes/frame-socket.ts';
import { encodeMarker, MARK_LENGTH } from '../wire/marker.ts';
import { Capture } from './capture.ts';
import { filtersAtDevices } from './known-queues.ts';
import { type Flushed, flushedAll } from './processor-backlogs.ts';

/** How long a marker may take, in milliseconds. On a quiet machine it takes 0.3, on a starving one some hundreds. */
const DEADLINE = 2000;

/** After so many milliseconds without it, something may be in its way. */
const MISSED = 200;

/** More than the markers, and what comes by the side of them, ever take. */
const ROOMY = 100;

/** A queue that is full takes no marker in, so another is sent after so many milliseconds, and each time twice as many. */
const AGAIN = 2;

/**
 * Waits until every macvlan parent has handed on the broadcasts that came in by it until now. They wait in a queue of the
 * parent's for a kernel worker (`macvlan_broadcast_enqueue`), first come, first served; so a marker that comes in behind
 * them, from the other end of the parent's cable, reaches the children last.
 *
 * @returns `no way` for a parent that no marker gets to, or may get to
 */
export async function flushBroadcastQueues(lab: Lab): Promise<Flushed> {
  return flushedAll(await Promise.all(parentsOf(lab).map((parent) => flushBroadcastQueue(parent))));
}

/**
 * Whether a parent's queue is so short that a marker may take the room of what it is to wait for. A packet is then lost to the
 * marker, and not to the network.
 */
export function hasShortQueue(lab: Lab): boolean {
  return parentsOf(lab).some(({ children }) => {
    const room = broadcastRoom([...children].flatMap((child) => (child.deleted ? [] : (stateIfThere(child) ?? []))));
    return room > 0 && room < ROOMY;
  });
}

function parentsOf({ namespaces }: Lab): Interface[] {
  return namespaces.flatMap(({ interfaces }) => interfaces).filter(({ children }) => children.size > 0);
}

async function flushBroadcastQueue(parent: Interface): Promise<Flushed> {
  const { peer, children } = parent;
  // macvlan_process_broadcast leaves out mode source: its children are given theirs at once (macvlan_forward_source).
  const alive = [...children]
    .filter((child) => macvlan.is(child) && !child.deleted)
    .flatMap((child) => {
      const link = stateIfThere(child);
      return link ? [{ child, up: link.up, ...macvlan.of(link) }] : [];
    });
  const listener = alive.find(({ up, mode }) => up && mode !== 'source')?.child;
  // The longest that a child asks for counts; a queue of length 0 takes nothing in.
  if (!listener || alive.every(({ bcqueuelen }) => bcqueuelen === 0)) return 'flushed';
  const { tap } = engineOf(listener.namespace);
  // Without a cable's other end in the lab there is nowhere to send from, and a parent that is down takes nothing in.
  if (!tap || !peer || peer.deleted || !stateIfThere(parent)?.up || !stateIfThere(peer)?.carrier) return 'no way';
  const { lab } = listener.namespace;
  const capture = Capture.of(lab);
  const [missed, deadline] = [now() + MISSED, now() + DEADLINE];
  let mayBeDropped: boolean | undefined;
  for (let wait = AGAIN; now() < deadline; wait *= 2) {
    // The last one counts: behind an earlier one the queue may still hold those that were sent after it.
    const mark = randomBytes(MARK_LENGTH);
    if (FrameSocket.of(peer.namespace).send(peer, encodeMarker(mark))) return 'no way';
    const again = now() + wait;
    // At least once: something else may keep the event loop for longer than all of the time.
    do {
      await tap.readable(Math.max(0, again - now()));
      if (capture.hasMarker(mark.toString('hex'), listener)) return 'flushed';
    } while (now() < again);
    if (now() < missed) continue;
    // Only a program can have made a filter.
    mayBeDropped ??=
      !engineOf(lab).isPristine && [parent.namespace, peer.namespace].some((each) => filtersAtDevices(each));
    if (mayBeDropped) return 'no way';
  }
  return 'late';
}
