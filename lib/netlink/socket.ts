import { constants } from 'node:os';
import {
  NETLINK_ROUTE,
  NETLINK_XFRM,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_OVERRUN,
} from '../kernel/constants.ts';
import { noteFeature } from '../kernel/features.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { errnoName } from '../kernel/libc.ts';
import { whyRefused } from '../kernel/namespaces/why-no-namespaces.ts';
import { NetlinkChannel } from '../kernel/sockets/netlink-channel.ts';
import { Writer } from './codec/writer.ts';
import { ipLink } from './link.ts';
import { type Acknowledgement, decodeAcknowledgement, decodeMessages, type Reply, writeMessage } from './message.ts';
import type { KnownNames, Names } from './names.ts';
import type { Causes, Request } from './request.ts';

const { EAGAIN, ENOBUFS } = constants.errno;

/** A table that changes under this many dumps in a row never stands still. */
const MOST_TRIES = 100;

/** A socket takes as much at once as its send buffer has room for (netlink_sendmsg): 208 KiB, where nobody changed it. */
const MOST_AT_ONCE = 65536;

/** What is sent next: each is sent before the next is written. */
const outgoing = new Writer();

/** Of `nlmsg_flags` in `struct nlmsghdr`. */
const FLAGS_AT = 6;

const PROTOCOLS: Readonly<Record<number, { name: string; needs?: string }>> = {
  [NETLINK_ROUTE]: { name: 'NETLINK_ROUTE' },
  [NETLINK_XFRM]: { name: 'NETLINK_XFRM', needs: 'CONFIG_XFRM_USER' },
};

const GENERAL_CAUSES: Causes = {
  ENOBUFS: 'the kernel had no room for its answer, so it is not known whether it did as it was asked',
};

/**
 * Speaks to the kernel in the namespace that the thread was in when it was made. It stays there: requests need no
 * entering. rtnetlink answers inside `send` (`rtnl_unicast` from the caller's context), so everything here is synchronous.
 */
export class NetlinkSocket implements Disposable {
  readonly #channel: NetlinkChannel;
  readonly #known: KnownNames;
  /** That of the last message. */
  #sequence = 0;
  /** Whether an answer is still to come. When the next request is made, its predecessor has failed half-way. */
  #isUnderWay = false;

  /**
   * @param options `names` are for the words of errors; `protocol` is another family of netlink's that answers in the same
   * way
   */
  constructor({ names = {}, protocol = NETLINK_ROUTE }: { names?: KnownNames; protocol?: number } = {}) {
    const channel = NetlinkChannel.open(protocol);
    if (typeof channel === 'number') {
      const { name = protocol, needs } = PROTOCOLS[protocol] ?? {};
      const causes = needs === undefined ? {} : { EPROTONOSUPPORT: `this kernel lacks it: it needs ${needs}` };
      const operation = `socket(AF_NETLINK, ${name})`;
      throw new KernelError({ operation, errno: channel, cause: causeOf(channel, causes) });
    }
    this.#channel = channel;
    this.#known = names;
  }

  /**
   * Has changes made, all by one send, and waits until the kernel has done the last. It does them in order; one that it
   * refuses does not keep it from those behind it.
   *
   * @throws KernelError for the first request that the kernel refused
   */
  change(...requests: readonly Request[]): void {
    let rest = requests;
    while (rest.length > 0) rest = rest.slice(this.#ask(rest, NLM_F_ACK).count);
  }

  /**
   * Asks for one object (`RTM_GETLINK` and the like without `NLM_F_DUMP`).
   *
   * @throws KernelError when there is no such object
   */
  get<Answer>(request: Request<Answer>): Answer {
    return this.#untilWhole(request, () => {
      const { answer } = this.#ask([request], 0);
      return answer && { answer: this.#read(request, answer) };
    });
  }

  /**
   * Lists all objects of a kind, in the kernel's order.
   *
   * @throws Error when the table never stands still
   */
  list<Answer>(request: Request<Answer>): Answer[] {
    return this.#untilWhole(request, () => {
      this.#send([request], request.isDump === false ? NLM_F_REQUEST : NLM_F_REQUEST | NLM_F_DUMP);
      const bodies: Buffer[] = [];
      let isWhole = true;
      for (;;) {
        const received = this.#receive(request);
        // Its end may be in what was lost.
        if (!received) return isWhole ? this.#noAnswer(request) : undefined;
        if (received.isCut) isWhole = false;
        for (const reply of received.replies) {
          // The table changed between two datagrams of the dump (nl_dump_check_consistent): what came may have holes.
          if (reply.flags & NLM_F_DUMP_INTR) isWhole = false;
          if (reply.type === NLMSG_ERROR || reply.type === NLMSG_DONE) {
            this.#isUnderWay = false;
            this.#check(request, decodeAcknowledgement(reply));
            return isWhole ? { answer: bodies.map((body) => this.#read(request, body)) } : undefined;
          }
          bodies.push(Buffer.from(reply.body));
        }
      }
    });
  }

  /** A request in the words of iproute2, for an error. */
  wordsOf(request: Pick<Request, 'words'>): string {
    return request.words(this.#names);
  }

  /** Closes the socket. A second call does nothing. */
  close(): void {
    this.#channel.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Sends as many requests as go into one datagram, and waits for the answer of the last. Returns their number, and the
   * body of that answer; none where it was too long for the buffer, which has room for it now.
   */
  #ask(requests: readonly Request[], lastFlags: number): { count: number; answer: Buffer | undefined } {
    const first = this.#sequence + 1;
    const count = this.#send(requests, NLM_F_REQUEST, lastFlags);
    const last = requests[count - 1] as Request;
    let refused: { request: Request; acknowledgement: Acknowledgement } | undefined;
    let answer: Buffer | undefined;
    let isCut = false;
    for (let hasCome = false; !hasCome && !isCut; ) {
      const received = this.#receive(last, first) ?? this.#noAnswer(last);
      // A refusal may have been among it.
      if (received.isLost && (count > 1 || lastFlags)) this.#noAnswer(last, ENOBUFS);
      isCut = received.isCut;
      for (const { type, sequence, ...reply } of received.replies) {
        hasCome = sequence === this.#sequence;
        const acknowledgement = type === NLMSG_ERROR ? decodeAcknowledgement({ type, sequence, ...reply }) : undefined;
        if (acknowledgement && acknowledgement.errno !== 0)
          refused ??= { request: requests[sequence - first] as Request, acknowledgement };
        if (hasCome) answer = Buffer.from(reply.body);
      }
    }
    this.#isUnderWay = false;
    // Only now: the names in an error may take a question of their own.
    if (refused) this.#check(refused.request, refused.acknowledgement);
    return { count, answer };
  }

  /**
   * Sends as many requests as go into one datagram. Returns their number.
   *
   * @param lastFlags of the last one. The kernel does all in order, and answers what it refuses anyhow (`netlink_rcv_skb`):
   * an acknowledgement of the last says that all is done. Without them the last is a question, which nothing is cut off from
   */
  #send(requests: readonly Request[], flags: number, lastFlags = 0): number {
    const [first] = requests;
    if (first && this.#channel.closed) {
      throw new Error(`${first.words(this.#names)}: its namespace is closed (the lab is closed)`);
    }
    if (first && this.#isUnderWay) this.#skipAnswers(first);
    outgoing.clear();
    let count = 0;
    let lastAt = 0;
    for (const request of requests) {
      if (lastFlags !== 0 && outgoing.length > MOST_AT_ONCE) break;
      if (request.feature) noteFeature(request.feature);
      lastAt = outgoing.length;
      const header = { type: request.type, flags: request.flags | flags, sequence: ++this.#sequence };
      writeMessage(outgoing, header, () => request.write(outgoing));
      count++;
    }
    const { bytes } = outgoing;
    bytes.writeUInt16LE(bytes.readUInt16LE(lastAt + FLAGS_AT) | lastFlags, lastAt + FLAGS_AT);
    const errno = this.#channel.send(bytes);
    if (first && errno !== 0) this.#check(first, { errno });
    this.#isUnderWay = true;
    return count;
  }

  /** Takes away what an earlier request has left behind: beside its dump there is no other (`__netlink_dump_start`, EBUSY). */
  #skipAnswers(request: Request): void {
    for (;;) {
      const datagram = this.#channel.receive();
      if (datagram === 'nothing') break;
      if (typeof datagram === 'number') this.#noAnswer(request, datagram);
    }
    this.#isUnderWay = false;
  }

  /** What has come for the requests from the one with this number on; undefined when nothing more comes. */
  #receive(request: Request, first = this.#sequence): Received | undefined {
    const datagram = this.#channel.receive();
    if (datagram === 'nothing') return undefined;
    if (datagram === 'lost' || datagram === 'cut') return { replies: [], isLost: datagram === 'lost', isCut: true };
    if (typeof datagram === 'number') return this.#noAnswer(request, datagram);
    // What an earlier request has left behind may come as late as this.
    const replies = decodeMessages(datagram).filter(({ sequence }) => sequence >= first);
    const isLost = replies.some(({ type }) => type === NLMSG_OVERRUN);
    return { replies, isLost, isCut: isLost };
  }

  #read<Answer>(request: Request<Answer>, body: Buffer): Answer {
    try {
      return request.read(body);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const message = `${request.words(this.#names)}: the kernel's answer cannot be read: ${error.message}`;
      throw new Error(message, { cause: error });
    }
  }

  #untilWhole<Answer>(request: Request, ask: () => { answer: Answer } | undefined): Answer {
    for (let time = 0; time < MOST_TRIES; time++) {
      const whole = ask();
      if (whole) return whole.answer;
    }
    throw new Error(
      `${request.words(this.#names)}: the table changed during each of ${MOST_TRIES} dumps (NLM_F_DUMP_INTR); a program in ` +
        'the namespace changes it without a pause: stop it, or ask when it has done',
    );
  }

  #noAnswer(request: Request, errno = EAGAIN): never {
    const operation = `${request.words(this.#names)} (receiving the answer)`;
    throw new KernelError({ operation, errno, cause: causeOf(errno) });
  }

  #check(
    request: Request,
    { errno, extendedAck, offset }: Pick<Acknowledgement, 'errno'> & Partial<Acknowledgement>,
  ): void {
    if (errno === 0) return;
    const attribute = offset === undefined ? undefined : pathAt(request, offset);
    const operation = request.words(this.#names);
    throw new KernelError({ operation, errno, extendedAck, attribute, cause: causeOf(errno, request.causes) });
  }

  /** The names for the words of an error: what nobody knows the kernel is asked for. */
  get #names(): Names {
    const { namespace, device, netns } = this.#known;
    return {
      namespace,
      device: (index) => device?.(index) ?? this.#nameOf(index),
      netns: (fd) => netns?.(fd) ?? `/proc/self/fd/${fd}`,
    };
  }

  #nameOf(index: number): string {
    try {
      // Without words of its own: they would ask for the name again.
      return this.get({ ...ipLink.get({ index }), words: () => 'ip link show' }).name;
    } catch {
      // It is gone, or the socket is closed: not what the error is about.
      return `if${index}`;
    }
  }
}

/** What a datagram of the kernel holds. */
interface Received {
  replies: readonly Reply[];
  /** The kernel had no room for something of it. */
  isLost: boolean;
  /** Something of it is missing: it was lost, or too long for the buffer. */
  isCut: boolean;
}

/** The attributes of a request that a place in it is in, by the kernel's names. */
function pathAt(request: Request, offset: number): string | undefined {
  const body = new Writer();
  request.write(body);
  return request.pathAt(body.bytes, offset).join(' › ') || undefined;
}

function causeOf(errno: number, causes: Causes = {}): string | undefined {
  const code = errnoName(errno);
  const cause = causes[code] ?? GENERAL_CAUSES[code];
  if (cause === undefined && code === 'EPERM') return whyRefused('network change', code);
  return typeof cause === 'function' ? cause() : cause;
}
