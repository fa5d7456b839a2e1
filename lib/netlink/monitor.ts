import { hasCode } from '../base/has-code.ts';
import { ResourceStack } from '../base/resource-stack.ts';
import { u32 } from '../kernel/bytes.ts';
import { checkErrno } from '../kernel/checked.ts';
import { AF_NETLINK, NETLINK_ADD_MEMBERSHIP, NETLINK_ROUTE, SOCK_RAW, SOL_NETLINK } from '../kernel/constants.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { Socket } from '../kernel/sockets/socket.ts';
import { decodeMessages, type Reply } from './message.ts';
import { MONITOR_GROUPS, type Monitored } from './monitor-groups.ts';

/** What was heard since the last look. */
export interface Heard {
  messages: Reply[];
  /** The kernel had no room for some messages: their contents are lost. */
  isLost: boolean;
}

/** Hears of every change of a namespace's objects, as `ip monitor` and `bridge monitor` do. */
export class Monitor implements Disposable {
  readonly #socket: Socket;

  /**
   * @param room for what has not been read yet, in bytes; without privilege in the host it is `net.core.rmem_max` at most.
   * Left out, it is `net.core.rmem_default`
   */
  constructor(namespace: NetNamespace, objects: readonly Monitored[], { room }: { room?: number } = {}) {
    using resources = new ResourceStack();
    this.#socket = resources.use(Socket.open(namespace, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    if (room !== undefined) this.#socket.enlargeReceiveBuffer(room);
    // struct sockaddr_nl: family, padding, port, groups
    checkErrno(
      'bind(AF_NETLINK)',
      this.#socket.bind(Buffer.concat([Buffer.from([AF_NETLINK, 0, 0, 0]), u32(0), u32(0)])),
    );
    for (const group of new Set(objects.flatMap((object) => MONITOR_GROUPS[object])))
      this.#socket.setOption(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, u32(group));
    resources.move();
  }

  /** Whether there was anything since this was last asked. */
  changed(): boolean {
    const { messages, isLost } = this.take();
    return isLost || messages.length > 0;
  }

  /** What was heard since this was last asked, in the order in which it happened. */
  take(): Heard {
    const heard: Heard = { messages: [], isLost: false };
    for (;;) {
      try {
        const received = this.#socket.receive();
        if (!received) return heard;
        heard.messages.push(...decodeMessages(received.data));
      } catch (error) {
        // netlink_overrun: more than there was room for.
        if (!hasCode(error, 'ENOBUFS')) throw error;
        heard.isLost = true;
      }
    }
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
}
