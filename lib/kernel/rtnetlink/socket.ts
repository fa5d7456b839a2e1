import { u32 } from '../bytes.ts';
import { checked } from '../checked.ts';
import {
  AF_NETLINK,
  MSG_DONTWAIT,
  MSG_PEEK,
  MSG_TRUNC,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NETLINK_ROUTE,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
} from '../constants.ts';
import { KernelError } from '../kernel-error.ts';
import { errnoName, lastErrno, recvfrom, sendto, setsockopt, socket } from '../libc.ts';
import { nothingToReceive } from '../receive-errno.ts';
import { closeOfThread, ofThread } from '../thread-descriptor.ts';
import {
  type Acknowledgement,
  decodeAcknowledgement,
  decodeMessages,
  encodeMessage,
  type Reply,
  type Request,
} from './message.ts';

/** What a failed request is called, and the usual causes of its errnos by name. */
export interface Operation {
  /** In the words of iproute2: `ip link add …`. */
  operation: string;
  causes?: Causes;
}

/** By errno's name; a function is asked only when it comes to that. */
export type Causes = Partial<Record<string, string | (() => string)>>;

// A dump's datagrams are 32 KiB as a rule (netlink_dump). One object can be longer than any number that one would choose:
// a source macvlan with its list (macvlan_get_size). So it grows.
let receiveBuffer = Buffer.alloc(65536);

/** A table that changes under this many dumps in a row never stands still. */
const MOST_DUMPS = 100;

const GENERAL_CAUSES: Causes = {
  EPERM: 'changing a network takes CAP_NET_ADMIN in its namespace: run as root, or through the pool of hairpin/config',
  ENFILE: 'the machine is out of file descriptors (fs.file-max)',
  EMFILE: 'this process is out of file descriptors (ulimit -n)',
};

/**
 * A route netlink socket in the namespace that the thread was in when it was made. It stays there: requests need no
 * entering. rtnetlink answers inside `send` (`rtnl_unicast` from the caller's context), so everything here is synchronous.
 */
export class RtnetlinkSocket implements Disposable {
  #fd: number;
  #sequence = 0;
  /** Whether a request is under way: when the next one comes, it has failed half-way. */
  #underWay = false;

  /** @param protocol another family of netlink's that answers in the same way */
  constructor(protocol = NETLINK_ROUTE) {
    this.#fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (this.#fd < 0) {
      const errno = lastErrno();
      throw new KernelError({
        operation: `socket(AF_NETLINK, ${protocol === NETLINK_ROUTE ? 'NETLINK_ROUTE' : protocol})`,
        errno,
        cause: causeOf(errno),
      });
    }
    this.#fd = ofThread(this.#fd);
    try {
      for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK]) this.#turnOn(option);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /**
   * Sends one request that changes something, and waits for the kernel's acknowledgement.
   *
   * @throws KernelError with the kernel's extended ack, when it refuses
   */
  change(request: Request, operation: Operation): void {
    this.#send({ ...request, flags: request.flags | NLM_F_REQUEST | NLM_F_ACK }, operation);
    for (;;) {
      const acknowledgement = this.#receive(operation).find((reply) => reply.type === NLMSG_ERROR);
      if (!acknowledgement) continue;
      this.#underWay = false;
      check(decodeAcknowledgement(acknowledgement), operation);
      return;
    }
  }

  /**
   * Asks for one object (`RTM_GETLINK` and the like without `NLM_F_DUMP`).
   *
   * @throws KernelError when there is none
   */
  get(request: Request, operation: Operation): Buffer {
    this.#send({ ...request, flags: request.flags | NLM_F_REQUEST }, operation);
    for (;;) {
      const [reply] = this.#receive(operation);
      if (!reply) continue;
      this.#underWay = false;
      if (reply.type === NLMSG_ERROR) check(decodeAcknowledgement(reply), operation);
      return Buffer.from(reply.body);
    }
  }

  /**
   * Lists all objects of a kind: the bodies of the dump's messages, in the kernel's order.
   *
   * @throws Error when the table never stands still
   */
  dump(request: Request, operation: Operation): Buffer[] {
    for (let time = 0; time < MOST_DUMPS; time++) {
      const { bodies, interrupted } = this.#dumpOnce(request, operation);
      if (!interrupted) return bodies;
    }
    throw new Error(
      `${operation.operation}: the table changed during each of ${MOST_DUMPS} dumps (NLM_F_DUMP_INTR); a program in the ` +
        'namespace changes it without a pause: stop it, or ask when it has done',
    );
  }

  /** Closes the socket. A second call does nothing. */
  close(): void {
    if (this.#fd >= 0) closeOfThread(this.#fd);
    this.#fd = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #turnOn(option: number): void {
    if (setsockopt(this.#fd, SOL_NETLINK, option, u32(1), 4) === 0) return;
    const errno = lastErrno();
    // Kernels before 4.12 and 4.20 lack two of these; without them messages are only poorer and dumps longer.
    if (errnoName(errno) !== 'ENOPROTOOPT')
      throw new KernelError({ operation: `setsockopt(SOL_NETLINK, ${option})`, errno, cause: causeOf(errno) });
  }

  #dumpOnce(request: Request, operation: Operation): { bodies: Buffer[]; interrupted: boolean } {
    this.#send({ ...request, flags: request.flags | NLM_F_REQUEST | NLM_F_DUMP }, operation);
    const bodies: Buffer[] = [];
    let interrupted = false;
    for (;;) {
      for (const reply of this.#receive(operation)) {
        // The table changed between two datagrams of the dump (nl_dump_check_consistent): what came may have holes.
        if (reply.flags & NLM_F_DUMP_INTR) interrupted = true;
        if (reply.type === NLMSG_ERROR || reply.type === NLMSG_DONE) {
          this.#underWay = false;
          check(decodeAcknowledgement(reply), operation);
          return { bodies, interrupted };
        }
        bodies.push(Buffer.from(reply.body));
      }
    }
  }

  #send(request: Request, { operation, causes }: Operation): void {
    if (this.#fd < 0) throw new Error(`${operation}: its namespace is closed (the lab has ended)`);
    if (this.#underWay) this.#skipAnswers(operation);
    const message = encodeMessage(request, ++this.#sequence);
    if (sendto(this.#fd, message, message.length, 0, null, 0) < 0) {
      const errno = lastErrno();
      throw new KernelError({ operation, errno, cause: causeOf(errno, causes) });
    }
    this.#underWay = true;
  }

  /** Takes away what an earlier request has left behind: while its dump goes on, no other begins (`__netlink_dump_start`, EBUSY). */
  #skipAnswers(operation: string): void {
    for (;;) {
      if (recvfrom(this.#fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT, null, null) >= 0) continue;
      if (nothingToReceive(`${operation} (receiving an earlier answer)`, lastErrno())) break;
    }
    this.#underWay = false;
  }

  /** The messages of the next datagram that answer the request that is under way; none when it is an earlier one's. */
  #receive({ operation }: Operation): Reply[] {
    const receive = (flags: number) => {
      const length = recvfrom(this.#fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT | flags, null, null);
      return checked(`${operation} (receiving the answer)`, length);
    };
    // What is cut off is lost (netlink_recvmsg), so its length first.
    const whole = receive(MSG_PEEK | MSG_TRUNC);
    if (whole > receiveBuffer.length) receiveBuffer = Buffer.alloc(whole);
    const length = receive(0);
    // What an earlier request has left behind may come as late as this.
    return decodeMessages(receiveBuffer.subarray(0, length)).filter((reply) => reply.sequence === this.#sequence);
  }
}

function check({ errno, extendedAck }: Acknowledgement, { operation, causes }: Operation): void {
  if (errno === 0) return;
  throw new KernelError({ operation, errno, extendedAck, cause: causeOf(errno, causes) });
}

function causeOf(errno: number, causes: Causes = {}): string | undefined {
  const cause = causes[errnoName(errno)] ?? GENERAL_CAUSES[errnoName(errno)];
  return typeof cause === 'function' ? cause() : cause;
}
