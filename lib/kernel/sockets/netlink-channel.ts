import { constants } from 'node:os';
import { u32 } from '../bytes.ts';
import {
  AF_NETLINK,
  MSG_DONTWAIT,
  MSG_TRUNC,
  NETLINK_ADD_MEMBERSHIP,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOL_NETLINK,
  SOL_SOCKET,
} from '../constants.ts';
import { lastErrno, recvfrom, sendto, setsockopt, socket } from '../libc.ts';
import { currentNamespace, type NetNamespace } from '../namespaces/net-namespace.ts';
import { closeOfThread, ofThread } from '../threads/thread-descriptor.ts';
import { registerOwnSocket } from './foreign-sockets.ts';

const { EAGAIN, ENOBUFS, ENOPROTOOPT } = constants.errno;

// A dump's datagrams are 32 KiB as a rule (netlink_dump). One object can be longer than any number that one would choose:
// a source macvlan with its list (macvlan_get_size). So it grows.
let receiveBuffer = Buffer.alloc(65536);

/** A netlink socket in the namespace that the thread was in when it was opened: datagrams to the kernel, and from it. */
export class NetlinkChannel {
  #fd: number;
  readonly #unregister: () => void;

  private constructor(fd: number, namespace: NetNamespace) {
    this.#fd = ofThread(fd);
    this.#unregister = registerOwnSocket(namespace, { fd: this.#fd, domain: AF_NETLINK, type: SOCK_RAW });
  }

  /** Opens one. Returns the errno when there can be none. */
  static open(protocol: number): NetlinkChannel | number {
    const namespace = currentNamespace();
    const fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0) return lastErrno();
    const channel = new NetlinkChannel(fd, namespace);
    for (const option of [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK]) {
      if (setsockopt(channel.#fd, SOL_NETLINK, option, u32(1), 4) === 0) continue;
      const errno = lastErrno();
      // Kernels before 4.12 and 4.20 lack two of these; without them messages are only poorer and dumps longer.
      if (errno === ENOPROTOOPT) continue;
      channel.close();
      return errno;
    }
    return channel;
  }

  /** Whether {@link close} has been called. */
  get closed(): boolean {
    return this.#fd < 0;
  }

  /** Sends a datagram. Returns 0, or an errno. */
  send(datagram: Buffer): number {
    return sendto(this.#fd, datagram, datagram.length, 0, null, 0) < 0 ? lastErrno() : 0;
  }

  /**
   * Receives a datagram that has come.
   *
   * @returns a view of it, good until the next; `nothing`; `lost` when the kernel had no room for it; `cut` when it was too
   * long, and there is room for another of that length now; or an errno
   */
  receive(): Buffer | 'nothing' | 'lost' | 'cut' | number {
    const length = recvfrom(this.#fd, receiveBuffer, receiveBuffer.length, MSG_DONTWAIT | MSG_TRUNC, null, null);
    if (length < 0) {
      const errno = lastErrno();
      // The kernel had no room for it (netlink_overrun).
      return errno === EAGAIN ? 'nothing' : errno === ENOBUFS ? 'lost' : errno;
    }
    if (length <= receiveBuffer.length) return receiveBuffer.subarray(0, length);
    // What does not fit is lost (netlink_recvmsg).
    receiveBuffer = Buffer.alloc(length);
    return 'cut';
  }

  /**
   * Hears what is sent to a multicast group, from now on. Returns 0, or an errno.
   *
   * @param room for what has not been received yet, in bytes; without privilege in the host it is `net.core.rmem_max` at most
   */
  join(group: number, room: number): number {
    setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUF, u32(room), 4);
    setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUFFORCE, u32(room), 4);
    return setsockopt(this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, u32(group), 4) < 0 ? lastErrno() : 0;
  }

  /**
   * Closes the socket. A second call does nothing.
   *
   * @param options `slowly`: its release waits in the kernel, so it is not done by this thread
   */
  close(options: { slowly?: boolean } = {}): void {
    if (this.#fd < 0) return;
    this.#unregister();
    closeOfThread(this.#fd, options);
    this.#fd = -1;
  }
}
