import { now, realtimeNanoseconds, turn } from '../kernel/clock.ts';
import { backlogDrops, flushProcessorBacklogs } from '../kernel/processor-backlogs.ts';
import { Interface, type Lab, Macvlan, Namespace, Switch } from '../lab/index.ts';
import type { Quiet } from '../probes/patience.ts';
import { flushBroadcastQueues } from './broadcast-queues.ts';
import { Capture } from './capture.ts';
import { solicitationOf } from './solicitation.ts';

/**
 * Knows when nothing of what was sent in a lab is under way any more, so that a negative need not wait for its time to
 * be over. A frame waits in two kinds of queue between the devices of a lab: a processor's backlog, and a macvlan
 * parent's broadcasts. Both are first come, first served, and whatever leaves one is seen by a tap. So when each has let
 * a marker through, and meanwhile no tap has seen anything, there was nothing in them.
 */
class Quiescence {
  readonly #lab: Lab;
  readonly #of: 'frames' | 'packets';
  readonly #capture: Capture;
  readonly #since: bigint;
  readonly #losses: number;
  readonly #drops: number;

  /** @param since when the question began, in nanoseconds by the clock of the taps */
  constructor(lab: Lab, of: 'frames' | 'packets', since: bigint) {
    this.#lab = lab;
    this.#of = of;
    this.#capture = Capture.of(lab);
    this.#since = since;
    this.#losses = this.#capture.losses.kernel;
    this.#drops = backlogDrops();
  }

  /**
   * Waits for it. What has been begun is ended: on a starving machine, later than the deadline.
   *
   * @param deadline by the clock of `now()`
   * @returns false when it is not known: other queues than those two, or traffic that does not end
   */
  async reached(deadline: number): Promise<boolean> {
    if (!knowsEveryQueue(this.#lab)) return false;
    for (let before = this.#capture.seen(); now() < deadline; ) {
      // hairpin's own listeners answer in a turn of the event loop.
      await turn();
      // In this order: what leaves a parent's queue goes into a backlog.
      if (!(await flushBroadcastQueues(this.#lab)) || !flushProcessorBacklogs()) return false;
      const after = this.#capture.seen();
      if (after === before) return this.#nothingWaits();
      before = after;
    }
    return false;
  }

  /** What was lost to the tool or the machine is not known to be lost to the network. */
  #nothingWaits(): boolean {
    const whole = this.#capture.losses.kernel === this.#losses && backlogDrops() === this.#drops;
    if (!whole || this.#of === 'frames') return whole;
    return this.#lab.namespaces.every((namespace) => this.#hasAskedFor(namespace));
  }

  /**
   * A packet may wait for its neighbour's MAC address (`neigh_event_send`, arp_queue). Asked for since the question began,
   * and not answered, it is not there; asked for before, by an earlier question, it will be asked for again.
   */
  #hasAskedFor({ neighbour, interfaces, role }: Namespace): boolean {
    if (role === 'switch') return true;
    const waiting = neighbour.list().filter(({ state }) => state === 'INCOMPLETE');
    if (waiting.length === 0) return true;
    const asked = this.#capture
      .frames()
      .filter(
        ({ direction, nanoseconds, at }) =>
          direction === 'out' && nanoseconds >= this.#since && interfaces.includes(at),
      )
      .map(({ at, bytes }) => ({ device: at.index, target: solicitationOf(bytes)?.target }));
    return waiting.every(({ device, to }) => asked.some((each) => each.device === device && each.target === to));
  }
}

/**
 * For a question that begins now, as its patience has it.
 *
 * @param of a packet may also wait for a neighbour's address; a frame that hairpin made has all it needs
 */
export function quietIn(lab: Lab, of: 'frames' | 'packets'): Quiet {
  const quiescence = new Quiescence(lab, of, realtimeNanoseconds());
  return (deadline) => quiescence.reached(deadline);
}

/** A kind of link whose queues are known here belongs on this list. */
function isKnown(device: Interface): boolean {
  // On a real NIC anybody may send at any time.
  return device.kind === 'veth' || (device instanceof Macvlan && device.parent instanceof Interface);
}

function knowsEveryQueue({ taps, ranAnything, namespaces }: Lab): boolean {
  // A program may have made devices, queueing disciplines and packet filters, and may itself be what answers.
  if (!taps || ranAnything) return false;
  return namespaces.every(
    (namespace) =>
      (namespace.constructor === Namespace || namespace instanceof Switch) &&
      namespace.interfaces.every(isKnown) &&
      // A proxy's answer waits for up to 0.8 s (pneigh_enqueue).
      ![...namespace.sysctl.written].some((name) => name.includes('proxy')),
  );
}
