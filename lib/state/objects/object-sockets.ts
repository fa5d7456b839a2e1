import { NETLINK_GENERIC, NETLINK_XFRM } from '../../kernel/constants.ts';
import { loadedFamilies } from '../../netlink/generic/generic.ts';
import type { OpenNamespace } from '../../netlink/in-new-namespace.ts';
import type { NetlinkSocket } from '../../netlink/socket.ts';
import { NetlinkSockets } from '../../netlink/sockets.ts';
import type { ObjectSockets } from './object-kind.ts';

/** The sockets of a namespace that its objects are asked for with. */
export function objectSockets(rtnetlink: NetlinkSocket, sockets: NetlinkSockets): ObjectSockets {
  const generic = sockets.of(NETLINK_GENERIC);
  return {
    ...{ rtnetlink, generic, families: loadedFamilies(generic) },
    get xfrm() {
      return sockets.ifLoaded(NETLINK_XFRM);
    },
  };
}

/** Runs a function with sockets that are open for this long. */
export function withSockets<T>({ netns, rtnetlink }: OpenNamespace, use: (sockets: ObjectSockets) => T): T {
  using others = new NetlinkSockets(netns);
  return use(objectSockets(rtnetlink, others));
}
