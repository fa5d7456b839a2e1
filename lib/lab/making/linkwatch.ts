import { ResourceStack } from '../../base/resource-stack.ts';
import { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';
import { onceInThread } from '../../kernel/threads/once-in-thread.ts';
import { veth } from '../../links/veth.ts';
import { ipLink } from '../../netlink/link.ts';
import { NetlinkSocket } from '../../netlink/socket.ts';

/**
 * The ifindex of each end. They must differ, or the change of carrier is not urgent (`linkwatch_urgent_event`). The first numbers may
 * be taken: with tunnel modules loaded, a new namespace has gre0 or sit0 (`net.core.fb_tunnels_only_for_init_net`).
 */
const [END, OTHER_END] = [1001, 1002];

/**
 * Makes the kernel's link watch look at every device that waits for it. It handles the event of a device that was not
 * up yet when it came (a macvlan's first, `macvlan_common_newlink`) once a second only; an urgent one, the carrier of a
 * device that is up, starts a round at once, in which all that are up by then are handled (`__linkwatch_run_queue`). So
 * a cable in a namespace of our own is pulled out and plugged in. The round is a worker's: it has not ended on return.
 */
export function hurryLinkwatch(): void {
  slot.cable ??= plugCable();
  for (const up of [false, true]) slot.cable.change(ipLink.change({ index: END, up }));
}

/** One cable serves all labs of the thread. */
const slot = onceInThread<{ cable?: NetlinkSocket }>('linkwatch', () => ({}));

/** Its socket and the two devices keep their namespace; with the thread it goes. */
function plugCable(): NetlinkSocket {
  // An open socket holds its namespace as a descriptor of it does.
  using namespace = NetNamespace.create();
  using resources = new ResourceStack();
  const socket = resources.use(namespace.run(() => new NetlinkSocket()));
  const peer = { index: OTHER_END, name: 'watch1', netns: namespace.fd };
  const cable = ipLink.add({ index: END, name: 'watch0', up: true, ...veth.as({ peer }) });
  // Its peer is not known yet while it is made (`veth_open`: ENOTCONN).
  socket.change(cable, ipLink.change({ index: OTHER_END, up: true }));
  resources.move();
  return socket;
}
