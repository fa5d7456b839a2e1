import { NLM_F_ACK, NLM_F_REQUEST, NLMSG_ERROR } from '../../kernel/constants.ts';
import { KernelError } from '../../kernel/kernel-error.ts';
import type { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import { NetlinkChannel } from '../../kernel/sockets/netlink-channel.ts';
import { table } from '../codec/table.ts';
import { Writer } from '../codec/writer.ts';
import { decodeAcknowledgement, decodeMessages, type Reply, writeMessage } from '../message.ts';
import { NUMBERS } from '../names.ts';
import { type Request, requestOf } from '../request.ts';
import { NETLINK_NETFILTER, NFNL_SUBSYS, netfilterBody } from './netfilter.ts';

/** linux/netfilter/nfnetlink.h; the subsystem stands in the message's struct. */
const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;

/** What may wait to be read, in bytes. */
const ROOM = 4 << 20;

const empty = netfilterBody(table({}));

/** A netfilter socket of a namespace, which hears what happens there and may own tables. */
export class NetfilterSocket implements Disposable {
  readonly #channel: NetlinkChannel;
  #sequence = 0;
  readonly #heard: Reply[] = [];
  /** Whether something was not heard for want of room. */
  #missed = false;

  constructor(namespace: NetNamespace) {
    const channel = namespace.run(() => NetlinkChannel.open(NETLINK_NETFILTER));
    if (typeof channel === 'number') refuse('socket(AF_NETLINK, NETLINK_NETFILTER)', channel);
    this.#channel = channel;
  }

  /** Hears what is sent to a multicast group from now on. */
  join(group: number): void {
    const errno = this.#channel.join(group, ROOM);
    if (errno !== 0) refuse(`joining netfilter group ${group}`, errno);
  }

  /**
   * Makes several changes, one after the other.
   *
   * @throws KernelError of the first that the kernel refuses
   */
  change(requests: readonly Request[]): void {
    for (const request of requests) this.#send([request]);
  }

  /**
   * Changes nftables: everything or nothing (`nfnetlink_rcv_batch`).
   *
   * @throws KernelError of the first change that the kernel refuses
   */
  transact(requests: readonly Request[]): void {
    const frame = (type: number) => requestOf(type, empty, { resource: NFNL_SUBSYS.nftables }, { words: 'nft -f' });
    this.#send([frame(NFNL_MSG_BATCH_BEGIN), ...requests, frame(NFNL_MSG_BATCH_END)]);
  }

  /** What was heard, in the order in which it happened; undefined where something is missing. */
  take(): Reply[] | undefined {
    while (this.#receive());
    return this.#missed ? undefined : this.#heard.splice(0);
  }

  /** The kernel waits for a grace period when it lets go of a socket with tables (`nft_rcv_nl_event`), so not in this thread. */
  [Symbol.dispose](): void {
    this.#channel.close({ slowly: true });
  }

  /** Sends messages in one go, of which the last asks for an acknowledgement. */
  #send(requests: readonly Request[]): void {
    const first = this.#sequence + 1;
    const datagram = new Writer();
    for (const [index, request] of requests.entries()) {
      const flags = request.flags | NLM_F_REQUEST | (index === requests.length - 1 ? NLM_F_ACK : 0);
      writeMessage(datagram, { type: request.type, flags, sequence: ++this.#sequence }, (to) => request.write(to));
    }
    const errno = this.#channel.send(datagram.bytes);
    if (errno !== 0) refuse(requests[0]?.words(NUMBERS) ?? '', errno);
    // The kernel has answered inside of sendto (nfnetlink_rcv).
    const answers: Reply[] = [];
    for (let replies = this.#receive(); replies; replies = this.#receive())
      answers.push(...replies.filter(({ type, sequence }) => type === NLMSG_ERROR && sequence >= first));
    for (const answer of answers) {
      const { errno: refused, extendedAck } = decodeAcknowledgement(answer);
      if (refused !== 0) refuse(requests[answer.sequence - first]?.words(NUMBERS) ?? '', refused, extendedAck);
    }
  }

  /** The next datagram's messages, of which what was not asked for is kept. */
  #receive(): Reply[] | undefined {
    const datagram = this.#channel.receive();
    if (datagram === 'nothing') return undefined;
    if (typeof datagram === 'number') refuse('reading a netfilter socket', datagram);
    if (datagram === 'lost') {
      this.#missed = true;
      return [];
    }
    const replies = decodeMessages(Buffer.from(datagram));
    this.#heard.push(...replies.filter(({ sequence }) => sequence === 0));
    return replies;
  }
}

function refuse(operation: string, errno: number, extendedAck?: string): never {
  throw new KernelError({ operation, errno, extendedAck });
}
