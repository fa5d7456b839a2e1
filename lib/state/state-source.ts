import type { NetNamespace } from '../kernel/net-namespace.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';

/** A namespace that can be read; the engine of a `Namespace` is one. */
export interface StateSource {
  readonly name: string;
  readonly rtnetlink: NetlinkSocket;
  readonly netns: NetNamespace;
}
