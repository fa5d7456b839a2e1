import { engineOf } from '../lab/engines/engine.ts';
import type { Port } from '../lab/port.ts';
import type { Switch } from '../lab/switch.ts';
import { bridge } from '../links/bridge.ts';
import type { PortOptions } from '../links/bridge-port.ts';
import { inNewNamespace } from '../netlink/in-new-namespace.ts';
import { ipLink } from '../netlink/link.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import { staticEntries } from './switch-ports.ts';

/**
 * Plugs what hangs at each of two switch ports into the other. The ports stay what they are: whatever device is one has
 * its name, ifindex, MAC address, settings and static entries, so that everything that knows them is right.
 *
 * @throws KernelError before Linux 5.13, where no device can be moved to a given ifindex (`IFLA_NEW_IFINDEX`)
 */
export function swapCables(a: Port, b: Port): void {
  const [likeA, likeB] = [likenessOf(a), likenessOf(b)];
  // In between, where neither name nor ifindex is taken: a switch cannot hold both of two that have one name.
  inNewNamespace(({ netns, rtnetlink }) => {
    for (const [port, name] of [[a, 'a'] as const, [b, 'b'] as const]) {
      const { namespace, index } = port;
      engineOf(namespace).rtnetlink.change(ipLink.change({ index, name, netns: netns.fd }));
    }
    replug(rtnetlink, b.index, a);
    replug(rtnetlink, a.index, b);
  });
  [a.peer, b.peer] = [b.peer, a.peer];
  for (const port of [a, b]) if (port.peer) port.peer.peer = port;
  likeA.bringUp();
  likeB.bringUp();
  likeA.restore();
  likeB.restore();
}

/** Moves a device to where a port has been, to be the port. */
function replug(rtnetlink: NetlinkSocket, index: number, port: Port): void {
  const { namespace, index: newIndex, name, mac } = port;
  rtnetlink.change(ipLink.change({ index, netns: engineOf(namespace).netns.fd, newIndex, name, mac }));
  engineOf(switchOf(port)).join(port);
}

/** What a port is like, to be given to the device that takes its place: the kernel forgets it with the old one (`del_nbp`). */
function likenessOf(port: Port) {
  const { up, promiscuous } = port.state();
  const { settings } = port;
  const macs = staticEntries(switchOf(port)).get(port) ?? [];
  return {
    bringUp: () => void port.set({ up, promiscuous }),
    restore: () => {
      const { state, ...others } = differences(settings, port.settings);
      // While STP is on a port's state is the spanning tree's, to be found anew (br_setport refuses it).
      port.set(state === undefined || hasSpanningTree(switchOf(port)) ? others : { ...others, state });
      for (const mac of macs) switchOf(port).fdb.add(mac, port);
    },
  };
}

function differences(wanted: PortOptions, is: PortOptions): PortOptions {
  const changed = Object.entries(wanted).filter(([key, value]) => is[key as keyof PortOptions] !== value);
  return Object.fromEntries(changed);
}

function hasSpanningTree(relay: Switch): boolean {
  const { rtnetlink, bridge: index } = engineOf(relay);
  return bridge.of(rtnetlink.get(ipLink.get({ index }))).stp;
}

function switchOf(port: Port): Switch {
  return port.namespace as Switch;
}
