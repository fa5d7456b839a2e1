import { entryOf } from '../base/entry-of.ts';
import { now } from '../kernel/clock.ts';
import { labelAt } from '../lab/device-at.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Lab } from '../lab/index.ts';
import { RETRANSMISSION } from '../lab/role.ts';
import { type Qdisc, tcQdisc } from '../netlink/tc/qdisc.ts';

/** Where chance decides, a negative may be wrong in so many cases of one. */
export const WRONG = 0.02;

/** Milliseconds between two probes where chance decides: see keep-asking.ts. */
const INTERVAL = 5;

/** More probes than that take too long. */
export const MOST_PROBES = 1000;

/** How many probes show what comes to a share of them alone. */
export function probesUntil(share: number): number {
  return Math.ceil(Math.log(WRONG) / Math.log(1 - share));
}

/** How many probes it takes until one host asks for a neighbour again: a lost request keeps all probes until then. */
export function perRequest({ defaults }: Lab): number {
  return 1 + RETRANSMISSION[defaults] / INTERVAL;
}

/** The queueing disciplines that never keep a frame from a device that would take it. Others shape, or delay. */
const WORK_CONSERVING = new Set(
  `noqueue noop mq mqprio multiq pfifo_fast pfifo bfifo pfifo_head_drop prio ets drr qfq sfq sfb red gred choke codel
  fq_codel fq_pie pie fq hhf skbprio ingress clsact`.split(/\s+/),
);

/** Whether a queueing discipline of a kind may keep a frame from a device that would take it. */
export function mayKeepBack(kind: string): boolean {
  return !WORK_CONSERVING.has(kind);
}

/** A queueing discipline that somebody gave to a device of the lab. */
interface GivenQdisc extends Qdisc {
  /** `a/eth0`. */
  at: string;
}

/** The queueing disciplines that the devices of a lab were given: by `impair`, or by programs. */
export function givenQdiscs(lab: Lab): GivenQdisc[] {
  if (engineOf(lab).isPristine) return [];
  return lab.namespaces.flatMap((namespace) =>
    engineOf(namespace)
      .rtnetlink.list(tcQdisc.all())
      .filter(({ isGiven }) => isGiven)
      .map((qdisc) => ({ ...qdisc, at: labelAt(namespace, qdisc.device) })),
  );
}

/**
 * What netem does to all packets that a device sends; undefined where it has none. As a child of another queueing discipline, such as
 * `prio`, it gets only some of them.
 */
export function netemOf({ namespace, index }: Interface): Qdisc['netem'] {
  const qdiscs = engineOf(namespace).rtnetlink.list(tcQdisc.all());
  return qdiscs.find(({ device, isRoot }) => device === index && isRoot)?.netem;
}

/** How many probes must have no answer where links lose some by chance, for silence to prove something. */
interface Odds {
  probes: number;
  /** Who may lose packets by chance: `netem of a/eth0`. Undefined for nobody. */
  who: string | undefined;
  /** Where no number of probes is enough. */
  doubt: string | undefined;
  /** Where a single frame that did not come proves nothing. */
  doubtOfOne: string | undefined;
}

/**
 * What links that lose packets by chance leave to be known. Each may be on the way of a probe or of its answer, and of the
 * question for a neighbour before. A link that loses all of them leaves nothing to chance.
 */
export function oddsIn(lab: Lab): Odds {
  const lossy = givenQdiscs(lab).filter(({ netem }) => netem && (netem.hasModel || isByChance(netem)));
  if (lossy.length === 0) return { probes: 0, who: undefined, doubt: undefined, doubtOfOne: undefined };
  const passes = lossy.reduce((share, { netem }) => share * passing(netem ?? {}), 1);
  const probes = passes === 0 ? Infinity : Math.ceil((Math.log(WRONG) / Math.log(1 - passes)) * perRequest(lab) * 2);
  const who = `netem of ${[...new Set(lossy.map(({ at }) => at))].join(', ')}`;
  const doubt =
    probes > MOST_PROBES
      ? `${who} may lose so many packets by chance that ${MOST_PROBES} probes without an answer prove nothing`
      : undefined;
  const doubtOfOne = `${who} may have lost the only frame by chance`;
  return { probes: Math.min(probes, MOST_PROBES), who, doubt, doubtOfOne };
}

function isByChance({ loss = 0, corrupt = 0 }: NonNullable<Qdisc['netem']>): boolean {
  return loss < 100 && loss + corrupt > 0;
}

function passing({ loss = 0, corrupt = 0, hasModel = false }: NonNullable<Qdisc['netem']>): number {
  return hasModel ? 0 : (1 - loss / 100) * (1 - corrupt / 100);
}

/** Knows when what waited in the lab's queueing disciplines is out: the kernel says how much that is. */
export class HeldPackets {
  readonly #lab: Lab;
  /** When that which waited at the first look is out, by the times and the rate of the queue. */
  readonly #until = new Map<string, number>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Which queue still has packets of those that waited at the first look; undefined for none. */
  holder(): string | undefined {
    // fq keeps what a socket or a program gave a time of departure.
    const holding = givenQdiscs(this.#lab).filter(
      ({ kind, backlog }) => backlog.packets > 0 && (kind === 'fq' || mayKeepBack(kind)),
    );
    const holder = holding.find((qdisc) => {
      const until = entryOf(this.#until, `${qdisc.at} ${qdisc.kind}`, () => now() + longestStay(qdisc));
      return now() <= until;
    });
    return holder && `${holder.kind} of ${holder.at}`;
  }
}

/** A timer may be late. */
const SLACK = 20;

/** How netem and tbf keep frames back is known. Of classes (htb, hfsc), credit (cbs) and schedules (taprio) it is not. */
const KNOWN: readonly string[] = ['netem', 'tbf'];

/** In milliseconds, for what is in the queue now. */
function longestStay({ kind, netem = {}, rate, backlog }: Qdisc): number {
  if (!KNOWN.includes(kind)) return Infinity;
  const bits = netem.rate ?? rate;
  const sending = bits ? (backlog.bytes * 8000) / bits : 0;
  return (netem.delay ?? 0) + (netem.jitter ?? 0) + sending + SLACK;
}
