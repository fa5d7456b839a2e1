import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { NetlinkSocket } from './socket.ts';

/** A namespace, and its rtnetlink. */
export interface OpenNamespace {
  readonly netns: NetNamespace;
  readonly rtnetlink: NetlinkSocket;
}

/** Works in a new namespace, which is gone afterwards, with all that was made there. */
export function inNewNamespace<T>(work: (made: OpenNamespace) => T): T {
  using netns = NetNamespace.create();
  using rtnetlink = netns.run(() => new NetlinkSocket());
  return work({ netns, rtnetlink });
}
