import { u32 } from '../kernel/bytes.ts';
import { checked } from '../kernel/checked.ts';
import {
  AF_NETLINK,
  MSG_DONTWAIT,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_EXT_ACK,
  NLM_F_ACK,
  NLM_F_REQUEST,
  NLMSG_ERROR,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { errnoName, lastErrno, recvfrom, sendto, setsockopt, socket } from '../kernel/libc.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { closeOfThread, ofThread } from '../kernel/thread-descriptor.ts';
import { decodeAcknowledgement, decodeMessages, type Reply, writeMessage } from './message.ts';
import { NETLINK_NETFILTER, netfilterHeader } from './netfilter.ts';
import { type Message, raw } from './raw.ts';
import { Writer } from './writer.ts';

// linux/netfilter/nfnetlink.h
const NFNL_MSG_BATCH_BEGIN = 16;
const NFNL_MSG_BATCH_END = 17;
const NFNL_SUBSYS_NFTABLES = 10;

/** What may wait to be read, in bytes; without privilege in the host the kernel makes it `net.core.rmem_max`. */
const RECEIVE_BUFFER = 4 << 20;

/** A netfilter socket of a namespace, which hears what happens there and may own tables. */
export class NetfilterSocket implements Disposable {
  #fd: number;
  #sequence = 0;
  readonly #heard: Reply[] = [];
  /** Whether something was not heard for want of room. */
  #missed = false;

  constructor(namespace: NetNamespace) {
    const open = () => socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    this.#fd = ofThread(namespace.run(() => checked('socket(AF_NETLINK, NETLINK_NETFILTER)', open())));
    setsockopt(this.#fd, SOL_NETLINK, NETLINK_EXT_ACK, u32(1), 4);
    setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUF, u32(RECEIVE_BUFFER), 4);
    setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, u32(RECEIVE_BUFFER), 4);
  }

  /** Hears what is sent to a multicast group from now on. */
  join(group: number): void {
    if (setsockopt(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, u32(group), 4) < 0)
      throw new KernelError({ operation: `joining netfilter group ${group}`, errno: lastErrno() });
  }

  /**
   * Makes several changes, one after the other.
   *
   * @throws KernelError of the first that the kernel refuses
   */
  change(requests: readonly Message[], operation: string): void {
    for (const request of requests) this.#send([{ ...request, flags: request.flags | NLM_F_ACK }], operation);
  }

  /**
   * Changes nftables: everything or nothing (`nfnetlink_rcv_batch`).
   *
   * @throws KernelError of the first change that the kernel refuses
   */
  transact(requests: readonly Message[], operation: string): void {
    const frame = (type: number, flags: number): Message => ({
      type,
      flags,
      header: netfilterHeader(undefined, NFNL_SUBSYS_NFTABLES),
      attributes: [],
    });
    this.#send([frame(NFNL_MSG_BATCH_BEGIN, 0), ...requests, frame(NFNL_MSG_BATCH_END, NLM_F_ACK)], operation);
  }

  /** What was heard, in the order in which it happened; undefined where something is missing. */
  take(): Reply[] | undefined {
    while (this.#receive());
    return this.#missed ? undefined : this.#heard.splice(0);
  }

  /** The kernel waits for a grace period when it lets go of a socket with tables (`nft_rcv_nl_event`), so not in this thread. */
  [Symbol.dispose](): void {
    if (this.#fd >= 0) closeOfThread(this.#fd, { slowly: true });
    this.#fd = -1;
  }

  /** Sends messages in one go; the last asks for an acknowledgement. */
  #send(requests: readonly Message[], operation: string): void {
    const first = this.#sequence + 1;
    const datagram = new Writer();
    for (const request of requests) {
      const { type, flags } = request;
      const header = { type, flags: flags | NLM_F_REQUEST, sequence: ++this.#sequence };
      writeMessage(datagram, header, (to) => raw(request, { operation }).write(to));
    }
    const { bytes } = datagram;
    if (sendto(this.#fd, bytes, bytes.length, 0, null, 0) < 0) throw new KernelError({ operation, errno: lastErrno() });
    // The kernel has answered inside of sendto (nfnetlink_rcv).
    const answers: Reply[] = [];
    for (let replies = this.#receive(); replies; replies = this.#receive())
      answers.push(...replies.filter(({ type, sequence }) => type === NLMSG_ERROR && sequence >= first));
    for (const answer of answers) {
      const { errno, extendedAck } = decodeAcknowledgement(answer);
      if (errno !== 0) throw new KernelError({ operation, errno, extendedAck });
    }
  }

  /** The next datagram's messages, of which what was not asked for is kept. */
  #receive(): Reply[] | undefined {
    const length = recvfrom(this.#fd, buffer, buffer.length, MSG_DONTWAIT, null, null);
    if (length < 0) {
      const errno = lastErrno();
      if (errnoName(errno) === 'EAGAIN') return undefined;
      // ENOBUFS: told once, and reading goes on behind it (netlink_overrun).
      if (errnoName(errno) !== 'ENOBUFS') throw new KernelError({ operation: 'reading a netfilter socket', errno });
      this.#missed = true;
      return [];
    }
    const replies = decodeMessages(Buffer.from(buffer.subarray(0, length)));
    this.#heard.push(...replies.filter(({ sequence }) => sequence === 0));
    return replies;
  }
}

/** A datagram of events, or of an acknowledgement that quotes its request, has some hundred bytes. */
const buffer = Buffer.alloc(65536);
