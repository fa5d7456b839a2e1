import { u32 } from '../kernel/bytes.ts';
import { checkErrno } from '../kernel/checked.ts';
import { AF_NETLINK, NETLINK_ROUTE, SOCK_RAW } from '../kernel/constants.ts';
import { hasCode } from '../kernel/has-code.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { ResourceStack } from '../kernel/resource-stack.ts';
import { Socket } from '../kernel/socket.ts';

/** `RTMGRP_LINK`, `RTMGRP_IPV6_IFADDR` (linux/rtnetlink.h). */
const GROUPS = { link: 0x1, address6: 0x100 } as const;

/** Hears of every change of a namespace's devices, or of its IPv6 addresses, as `ip monitor link address` does. */
export class Monitor implements Disposable {
  readonly #socket: Socket;

  constructor(namespace: NetNamespace, objects: readonly (keyof typeof GROUPS)[]) {
    using resources = new ResourceStack();
    this.#socket = resources.use(Socket.open(namespace, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    const groups = objects.reduce((all, object) => all | GROUPS[object], 0);
    // struct sockaddr_nl: family, padding, port, groups
    const address = Buffer.concat([Buffer.from([AF_NETLINK, 0, 0, 0]), u32(0), u32(groups)]);
    checkErrno(`bind(AF_NETLINK, ${objects.join()})`, this.#socket.bind(address));
    resources.move();
  }

  /** Whether there was anything since this was last asked. */
  changed(): boolean {
    let heard = false;
    while (this.#next()) heard = true;
    return heard;
  }

  /** Waits until there may be something new, at most so many milliseconds. */
  wait(milliseconds: number): Promise<boolean> {
    return this.#socket.readable(milliseconds);
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
      if (hasCode(error, 'ENOBUFS')) return true;
      throw error;
    }
  }
}
