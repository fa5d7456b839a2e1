import { checkErrno } from '../kernel/checked.ts';
import { AF_NETLINK, NETLINK_ROUTE, SOCK_RAW } from '../kernel/constants.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { Socket } from '../kernel/socket.ts';

/** `struct sockaddr_nl`: family, padding, port, and the groups; `RTMGRP_LINK` is 1. */
const LINKS = Buffer.from([AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);

/** Hears of every device of a namespace that is made, changed or deleted, as `ip monitor link` does. */
export class LinkMonitor implements Disposable {
  readonly #socket: Socket;

  constructor(namespace: NetNamespace) {
    this.#socket = Socket.open(namespace, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    checkErrno('bind(RTMGRP_LINK)', this.#socket.bind(LINKS));
  }

  /** Whether there was anything since this was last asked. */
  changed(): boolean {
    let heard = false;
    while (this.#next()) heard = true;
    return heard;
  }

  close(): void {
    this.#socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #next(): boolean {
    try {
      return this.#socket.receive() !== undefined;
    } catch (error) {
      // netlink_overrun: more than there was room for. That is news, too.
      if (error instanceof KernelError && error.code === 'ENOBUFS') return true;
      throw error;
    }
  }
}
