import { checkErrno } from '../kernel/checked.ts';
import { AF_NETLINK, NETLINK_ROUTE, SOCK_RAW } from '../kernel/constants.ts';
import { hasCode } from '../kernel/has-code.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { Socket } from '../kernel/socket.ts';

/** `struct sockaddr_nl`: family, padding, port, and the groups RTMGRP_LINK and RTMGRP_IPV6_IFADDR (linux/rtnetlink.h). */
const LINKS_AND_ADDRESSES = Buffer.from([AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 0x01, 0x01, 0, 0]);

/** Tells when a link or an IPv6 address of a namespace changes, the end of duplicate address detection included (`ipv6_ifa_notify`). */
export class AddressEvents implements Disposable {
  readonly #socket: Socket;

  constructor(namespace: NetNamespace) {
    this.#socket = Socket.open(namespace, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    try {
      checkErrno('bind(RTMGRP_IPV6_IFADDR)', this.#socket.bind(LINKS_AND_ADDRESSES));
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  /** Waits for the next change, at most so many milliseconds. Takes all that have come. */
  async next(milliseconds: number): Promise<void> {
    await this.#socket.readable(milliseconds);
    try {
      while (this.#socket.receive());
    } catch (error) {
      // More than there was room for: whoever looks now has missed nothing.
      if (!hasCode(error, 'ENOBUFS')) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
