import { unlessCode } from '../../base/has-code.ts';
import type { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import type { NetlinkSocket } from '../../netlink/socket.ts';
import type { Uplink } from '../uplink.ts';
import { engineOf } from './engine.ts';

/** What is behind an {@link Uplink}: the network that the NIC is in, which is not of the lab, and a socket there. */
export class UplinkEngine {
  readonly netns: NetNamespace;
  readonly rtnetlink: NetlinkSocket;
  readonly #uplink: Uplink;

  constructor(uplink: Uplink, netns: NetNamespace, rtnetlink: NetlinkSocket) {
    this.#uplink = uplink;
    this.netns = netns;
    this.rtnetlink = rtnetlink;
  }

  /** Deletes the lab's macvlans on the NIC. */
  release(): void {
    // Somebody else may have deleted one: so much the better.
    for (const child of this.#uplink.children) unlessCode(['ENODEV'], () => engineOf(child).remove());
  }
}
