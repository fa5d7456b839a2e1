import { randomBytes } from 'node:crypto';
import { now } from '../kernel/clock.ts';
import { errnoName } from '../kernel/libc.ts';
import { openIcmpSocket } from '../kernel/sockets/icmp-socket.ts';
import type { Socket } from '../kernel/sockets/socket.ts';
import { ipSocketAddress } from '../kernel/sockets/socket-address.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Namespace } from '../lab/index.ts';
import {
  decodeEcho,
  decodeEchoReply,
  decodeIcmpError,
  encodeEchoRequest,
  ICMP_PROTOCOL,
  ICMP_TYPE,
  type IcmpError,
} from '../wire/icmp.ts';
import type { Family } from '../wire/ip-address.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import type { Asker, SendFailure } from './asker.ts';
import { EchoIdentifiers } from './echo-identifiers.ts';
import { receiveIcmp } from './icmp-errors.ts';
import { keepAsking } from './keep-asking.ts';
import type { ProbeResult } from './outcome.ts';
import type { Patience } from './patience.ts';
import type { Question } from './question.ts';
import { examineLoss, isFromAsker, sendFailure } from './source.ts';

/** So many answers, at most, come before they are read: a socket has room for some 250 (`net.core.rmem_default`). */
const MOST_UNREAD = 64;

/** The one socket that a namespace asks everybody with. A probe is told from all others by identifier and sequence. */
export class Echoer implements Disposable {
  readonly #family: Family;
  readonly #socket: Socket;
  readonly #identifiers = new EchoIdentifiers();
  readonly #payload = randomBytes(16);
  readonly #askedBy = new Map<number, Question>();
  #questions: readonly Question[] = [];
  #sequence = 0;

  constructor(namespace: Namespace, family: Family) {
    this.#family = family;
    const { echoReply, errors } = ICMP_TYPE[family];
    this.#socket = openIcmpSocket(engineOf(namespace).netns, family, [echoReply, ...errors]);
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  /**
   * Puts all the questions at once, and the unanswered ones again until the patience is over: a result each.
   *
   * @param within how long those that are `wanted` are waited for, in milliseconds; the others as the patience says
   */
  async ask(
    questions: readonly Question[],
    { within, wanted, ...patience }: Patience & { within: number; wanted: (at: number) => boolean },
  ): Promise<ProbeResult[]> {
    const started = now();
    this.#questions = questions;
    const all = questions.map((question): Pending => {
      const target = ipSocketAddress(question.family, question.to.address);
      return { question, target, sent: [], left: false };
    });
    const probes = new Map<number, { pending: Pending; at: number }>();
    const isOpen = ({ result }: Pending) => !result;
    const broken = await keepAsking(
      {
        send: () => {
          for (const [at, pending] of all.filter(isOpen).entries()) {
            this.#send(pending, probes);
            if (at % MOST_UNREAD === MOST_UNREAD - 1) this.#read(probes, all, started);
          }
        },
        repeat: () => {
          for (const { first, target } of all.filter(isOpen)) if (first) this.#socket.send(first, target);
        },
        read: () => {
          this.#read(probes, all, started);
          return !all.some(isOpen);
        },
        wait: (milliseconds) => this.#socket.readable(milliseconds),
        milliseconds: () => {
          const waitsForMore = all.some((pending, at) => isOpen(pending) && wanted(at));
          return waitsForMore ? Math.max(within, patience.milliseconds) : patience.milliseconds;
        },
      },
      patience,
    );
    return all.map((pending) => pending.result ?? withoutAnswer(pending, now() - started, broken));
  }

  /** Knows the frames of one of the questions, by its place among them. */
  recognizer(at: number): Asker['recognize'] {
    const [family, identifiers, payload] = [this.#family, this.#identifiers, this.#payload];
    const [askedBy, question] = [this.#askedBy, this.#questions[at]];
    const protocol = ICMP_PROTOCOL[family];
    const { echoRequest, echoReply } = ICMP_TYPE[family];
    return (bytes) => {
      const packet = ipPacketOf(bytes);
      if (packet?.protocol !== protocol || !packet.payload.subarray(8).equals(payload)) return undefined;
      const echo = decodeEcho(packet.payload);
      if (!identifiers.has(echo) || askedBy.get(echo.sequence) !== question) return undefined;
      if (packet.payload[0] === echoRequest) return 'probe';
      return packet.payload[0] === echoReply ? 'answer' : undefined;
    };
  }

  #send(pending: Pending, probes: Map<number, { pending: Pending; at: number }>): void {
    const sequence = this.#sequence++ & 0xffff;
    const at = now();
    probes.set(sequence, { pending, at });
    this.#askedBy.set(sequence, pending.question);
    pending.sent.push(at);
    const request = { identifier: this.#identifiers.of(sequence), sequence, payload: this.#payload };
    const message = encodeEchoRequest(this.#family, request);
    pending.first ??= message;
    const errno = this.#socket.send(message, pending.target);
    const failure = errno === 0 ? undefined : sendFailure(pending.question, errnoName(errno));
    if (failure) pending.stopped = failure;
    else pending.left = true;
  }

  /** Takes what is there. */
  #read(probes: Map<number, { pending: Pending; at: number }>, all: readonly Pending[], started: number): void {
    for (;;) {
      const received = receiveIcmp(this.#socket, this.#family);
      if (!received) return;
      const reply = decodeEchoReply(this.#family, received.message);
      if (reply && this.#identifiers.has(reply) && reply.payload.equals(this.#payload)) {
        const probe = probes.get(reply.sequence);
        if (!probe || probe.pending.result) continue;
        const [at, sent] = [now(), probe.pending.sent.length];
        probe.pending.result = { outcome: 'answered', probes: sent, elapsed: at - started, roundTrip: at - probe.at };
        continue;
      }
      const error = decodeIcmpError(this.#family, received.message);
      if (!error || !this.#isOurs(error)) continue;
      const refused = all.find(({ question }) => question.to.address === error.original.destination);
      // An error from here is the kernel giving up on the neighbour (arp_error_report): nobody refused.
      if (refused && !isFromAsker(refused.question, received.sender))
        refused.refusal = `ICMP ${error.reason} from ${received.sender}`;
    }
  }

  #isOurs({ original }: IcmpError): boolean {
    const protocol = ICMP_PROTOCOL[this.#family];
    return original.protocol === protocol && this.#identifiers.has(decodeEcho(original.payload));
  }
}

/** A question under way. */
interface Pending {
  question: Question;
  target: Buffer;
  /** The first echo request. */
  first?: Buffer;
  sent: number[];
  left: boolean;
  stopped?: SendFailure;
  refusal?: string;
  result?: ProbeResult;
}

function withoutAnswer(
  { question, sent, left, stopped, refusal }: Pending,
  elapsed: number,
  broken: string | undefined,
): ProbeResult {
  const common = { probes: sent.length, elapsed };
  // A router refuses as well what it was too slow to find a way for.
  if (broken !== undefined && left) return { outcome: 'broken', reason: broken, ...common };
  if (refusal !== undefined) return { outcome: 'refused', reason: refusal, ...common };
  if (stopped && (!left || stopped.outcome === 'broken')) return { ...stopped, ...common };
  return examineLoss(question, { outcome: 'lost', ...common });
}
