import { entryOf } from '../base/entry-of.ts';
import type { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { netlinkProtocols } from '../kernel/tables/netlink-protocols.ts';
import type { KnownNames } from './names.ts';
import { NetlinkSocket } from './socket.ts';

/** The sockets of a namespace, one for each family of netlink. Each is opened at its first use. */
export class NetlinkSockets implements Disposable {
  readonly #namespace: NetNamespace;
  readonly #names: KnownNames;
  readonly #opened = new Map<number, NetlinkSocket>();

  constructor(namespace: NetNamespace, names: KnownNames = {}) {
    this.#namespace = namespace;
    this.#names = names;
  }

  /**
   * The socket of a family. Most kernels load the family's module for it.
   *
   * @throws KernelError `EPROTONOSUPPORT` when the kernel has no such family
   */
  of(protocol: number): NetlinkSocket {
    return entryOf(this.#opened, protocol, () =>
      this.#namespace.run(() => new NetlinkSocket({ names: this.#names, protocol })),
    );
  }

  /** The same; undefined where the kernel has not loaded the family. */
  ifLoaded(protocol: number): NetlinkSocket | undefined {
    const isLoaded = this.#opened.has(protocol) || netlinkProtocols(this.#namespace).has(protocol);
    return isLoaded ? this.of(protocol) : undefined;
  }

  close(): void {
    for (const socket of this.#opened.values()) socket.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
