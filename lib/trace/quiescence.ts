import { entryOf } from '../base/entry-of.ts';
import { now, turn } from '../kernel/clock.ts';
import { tapTime } from '../kernel/taps/tap-clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { CapturedFrame, Lab, Namespace } from '../lab/index.ts';
import { RETRANSMISSION } from '../lab/role.ts';
import { serveListeners } from '../probes/listener.ts';
import { STORM } from '../probes/noise.ts';
import type { Quiet } from '../probes/patience.ts';
import { BetterWays } from './better-ways.ts';
import { flushBroadcastQueues, hasShortQueue } from './broadcast-queues.ts';
import { BusyPrograms } from './busy-programs.ts';
import { Capture } from './capture.ts';
import {
  doubtOfOneFrame,
  doubtOfServers,
  doubtOfSharedPorts,
  mayDifferAtDevices,
  mayMeetProgram,
  mayRemember,
  mayRememberAtDevices,
} from './chance.ts';
import { doubtOfProcessors } from './chance-of-processors.ts';
import { doubtOfNextHops, mayRememberAtRoutes } from './chance-of-routes.ts';
import { doubtOfDice } from './dice.ts';
import { HeldPackets, oddsIn } from './impaired-links.ts';
import { knowsEveryQueue, probesIn } from './known-queues.ts';
import { memberChangeIn } from './member-change.ts';
import { type NeighboursOf, NextHops, neighboursIn } from './next-hops.ts';
import { mayHoldPackets } from './packet-holders.ts';
import type { PendingSessions } from './pending-sessions.ts';
import { backlogDrops, type Flushed, flushProcessorBacklogs } from './processor-backlogs.ts';
import { slowestHopIn } from './slow-hops.ts';
import { advertised, solicitationOf } from './solicitation.ts';

/** More rounds than a question and its answer, with all that they have to ask for on their way, have devices to pass. */
const MOST_ROUNDS = 50;

/** In milliseconds: on a starving machine a round may take a hundred. */
const MOST_PATIENCE = 5000;

/** So many looks, at least, decide that a machine is too busy: this process may be kept for all of the time. */
const LEAST_ROUNDS = 3;

/** How often it is looked whether a queue still has packets, in milliseconds. */
const GLANCE = 5;

/**
 * Knows when nothing of what was sent in a lab is under way any more, so that a negative need not wait for its time to
 * be over. A frame waits in two kinds of queue between the devices of a lab: a processor's backlog, and a macvlan
 * parent's broadcasts. Both are first come, first served, and whatever leaves one is seen by a tap. So when each has let
 * a marker through, and meanwhile no tap has seen anything, there was nothing in them.
 */
class Quiescence implements Quiet {
  readonly #lab: Lab;
  readonly #of: 'frames' | 'packets';
  readonly #capture: Capture;
  readonly #since: bigint;
  readonly #losses: number;
  readonly #drops: number;
  readonly #nextHops: NextHops;
  readonly #sessions: PendingSessions | undefined;
  readonly #betterWays = new BetterWays();
  /** As they were when nothing was under way any more. */
  #neighbours: NeighboursOf[] | undefined;
  #probes: number | undefined;
  readonly #memberChange: number;
  /** As when {@link lost} was last asked. */
  #dropsKnown: number;

  /** @param since when the question began, in nanoseconds by the clock of the taps */
  constructor(lab: Lab, of: 'frames' | 'packets', since: bigint, sessions: PendingSessions | undefined) {
    this.#lab = lab;
    this.#of = of;
    this.#sessions = sessions;
    this.#capture = Capture.of(lab);
    this.#since = since;
    this.#losses = this.#capture.losses.kernel;
    this.#drops = backlogDrops();
    this.#dropsKnown = this.#drops;
    this.#nextHops = new NextHops(lab);
    this.#memberChange = memberChangeIn(lab);
  }

  seen(): number | undefined {
    return this.#lab.taps ? this.#capture.seen() : undefined;
  }

  slowestHop(): number {
    return this.#lab.taps ? slowestHopIn(this.#lab) : 0;
  }

  learnt(since: number): boolean {
    const frames = this.#capture.since(this.#since);
    const told = tapTime() - BigInt(Math.ceil((now() - since) * 1e6));
    // Once for each host: in a storm, each of thousands of frames may be an answer.
    const asked = new Map<Namespace, Set<string>>();
    const askedBy = (namespace: Namespace) =>
      entryOf(asked, namespace, () => new Set(solicited(frames, namespace).map(({ target }) => target)));
    return frames
      .filter(({ direction, nanoseconds }) => direction === 'in' && nanoseconds >= told)
      .some(({ at, bytes }) => {
        const who = advertised(bytes) ?? solicitationOf(bytes)?.source;
        return who !== undefined && askedBy(at.namespace).has(who);
      });
  }

  async rerouted(): Promise<boolean> {
    const seen = this.#neighbours;
    this.#neighbours = undefined;
    if (this.#of !== 'packets') return false;
    const isTold = await this.#betterWays.told(this.#capture.since(this.#since));
    return (await this.#nextHops.changed(isTold ? undefined : seen)) || isTold;
  }

  probes(): number {
    this.#probes ??= probesIn(this.#lab);
    return this.#probes;
  }

  doubt(once: boolean): string | undefined {
    const { who, doubt, doubtOfOne } = oddsIn(this.#lab);
    if (once) return doubtOfOne ?? doubtOfOneFrame(this.#lab);
    // However many probes there were, the tunnel has asked once.
    const tunnel = who !== undefined && doubt === undefined ? this.#sessions?.unanswered() : undefined;
    return tunnel
      ? `${who} may have lost the only handshake of ${tunnel} by chance`
      : (doubt ??
          doubtOfServers(this.#lab) ??
          doubtOfSharedPorts(this.#lab) ??
          doubtOfDice(this.#lab) ??
          doubtOfNextHops(this.#lab) ??
          doubtOfProcessors(this.#lab));
  }

  remembers(ofConnections: boolean): boolean {
    const atDevices = ofConnections ? mayDifferAtDevices : mayRememberAtDevices;
    const may = (each: Namespace) => mayRemember(each, ofConnections) || atDevices(each) || mayRememberAtRoutes(each);
    return !engineOf(this.#lab).isPristine && (mayMeetProgram(this.#lab) || this.#lab.namespaces.some(may));
  }

  mayBeHeld(ofConnections: boolean): boolean {
    return mayHoldPackets(this.#lab, ofConnections);
  }

  awaitsSession(): boolean {
    return this.#sessions?.areAwaited() ?? false;
  }

  memberChange(): number {
    return this.#memberChange;
  }

  lost(): string | undefined {
    const before = this.#dropsKnown;
    this.#dropsKnown = backlogDrops();
    if (this.#dropsKnown === before) return undefined;
    return "a processor's backlog had no room (net.core.netdev_max_backlog), so the machine itself lost packets";
  }

  async drained(): Promise<string | undefined> {
    const patience = now() + MOST_PATIENCE;
    const programs = new BusyPrograms(this.#lab);
    const held = new HeldPackets(this.#lab);
    for (let round = 1; ; round++) {
      const areBusy = programs.areBusy();
      // What a program has sent by now is in a queue.
      const { broadcasts, backlogs, answered } = await this.#flush();
      const busy = areBusy
        ? 'the programs of the lab did not get a processor'
        : broadcasts === 'late'
          ? "a macvlan parent's queue of broadcasts did not empty"
          : backlogs === 'late'
            ? "a processor's backlog did not empty"
            : undefined;
      const holder = held.holder();
      if (busy === undefined && answered === 0 && holder === undefined) return undefined;
      if (now() < patience || round < LEAST_ROUNDS) {
        if (holder !== undefined) await this.#capture.hear(GLANCE);
        continue;
      }
      if (holder !== undefined) return `${holder} kept packets back for longer than ${MOST_PATIENCE / 1000} s`;
      return busy && `${busy} within ${MOST_PATIENCE / 1000} s: the machine is too busy`;
    }
  }

  /**
   * Waits for it. What is under way gets a device further with each round of markers, at least; so after as many rounds
   * as there are no devices on any way, it has arrived, whatever else goes on in the network.
   *
   * @param deadline by the clock of `now()`, for what waits in no queue; the rounds take the time that they take
   * @returns false when it is not known: other queues than those two, one without room for markers, losses, or no neighbour's
   *   address
   */
  async reached(deadline: number): Promise<boolean> {
    if (!knowsEveryQueue(this.#lab) || hasShortQueue(this.#lab)) return false;
    const patience = now() + MOST_PATIENCE;
    for (let round = 1, before = this.#capture.seen(); now() < patience; round++) {
      const { broadcasts, backlogs, answered } = await this.#flush();
      if (broadcasts === 'no way' || backlogs === 'no way') return false;
      const after = this.#capture.seen();
      // A loop's, which never ends.
      if (after - before > STORM) return false;
      // The loopback has no tap.
      const still = after === before && answered === 0;
      before = after;
      if (!still && round < MOST_ROUNDS) continue;
      if (broadcasts === 'late' || backlogs === 'late') continue;
      if (!this.#isWhole()) return false;
      if (this.#of === 'frames') return true;
      this.#neighbours = neighboursIn(this.#lab);
      if (this.#neighbours.every((each) => this.#hasAskedFor(each))) return true;
      if (now() >= deadline) return false;
      await this.#capture.hear(RETRANSMISSION.lab);
      round = 0;
    }
    return false;
  }

  /** @returns what came of the queues, and how many datagrams were answered that came out of them */
  async #flush(): Promise<{ broadcasts: Flushed; backlogs: Flushed; answered: number }> {
    // Node's own servers answer in a turn of the event loop.
    await turn();
    serveListeners();
    // In this order: what leaves a parent's queue goes into a backlog.
    const broadcasts = await flushBroadcastQueues(this.#lab);
    const backlogs = flushProcessorBacklogs();
    return { broadcasts, backlogs, answered: serveListeners() };
  }

  /** What was lost to the tool or the machine is not known to be lost to the network. */
  #isWhole(): boolean {
    return this.#capture.losses.kernel === this.#losses && backlogDrops() === this.#drops;
  }

  /**
   * A packet may wait for its neighbour's MAC address (`neigh_event_send`, arp_queue). Asked for since the question began,
   * and not answered, it is not there; asked for before, by an earlier question, it will be asked for again.
   */
  #hasAskedFor({ namespace, neighbours }: NeighboursOf): boolean {
    const waiting = neighbours.filter(({ state }) => state === 'INCOMPLETE');
    if (waiting.length === 0) return true;
    const asked = solicited(this.#capture.since(this.#since), namespace);
    return waiting.every(({ device, to }) => asked.some((each) => each.device === device && each.target === to));
  }
}

/** Whose MAC address the hosts of a namespace have asked for, and by which device. */
function solicited(frames: readonly CapturedFrame[], namespace: Namespace): { device: number; target: string }[] {
  return frames
    .filter(({ direction, at }) => direction === 'out' && at.namespace === namespace)
    .flatMap(({ at, bytes }) => {
      const solicitation = solicitationOf(bytes);
      return solicitation ? [{ device: at.index, target: solicitation.target }] : [];
    });
}

/**
 * What is known of a lab's queues, for a question that begins now.
 *
 * @param of a packet may also wait for a neighbour's address; a frame that hairpin made has all it needs
 * @param sessions made when the question began, if it waits for sessions of tunnels
 */
export function quietIn(lab: Lab, of: 'frames' | 'packets', sessions?: PendingSessions): Quiet {
  return new Quiescence(lab, of, tapTime(), sessions);
}
