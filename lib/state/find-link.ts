import { isBridgePort } from '../links/bridge-port.ts';
import { vrf } from '../links/vrf.ts';
import type { Link, LinkPlace, NamespaceState, NetworkState } from './network-state.ts';

/** A network, of which nothing but the devices is looked at. */
type Network = NetworkState<never>;

/** A namespace, of which nothing but the devices is looked at. */
type Devices = Pick<NamespaceState<never>, 'links'>;

/** The device at a place; undefined where there is none. */
export function linkAt({ namespaces }: Network, { namespace, index }: LinkPlace): Link | undefined {
  const found = namespaces.find(({ name }) => name === namespace);
  return found && linkIn(found, index);
}

/** The device of a namespace that has an index. */
export function linkIn({ links }: Devices, index: number | undefined): Link | undefined {
  return links.find((link) => link.index === index);
}

/** The other end of a cable. */
export function peerOf(network: Network, { peer }: Link): Link | undefined {
  return peer && linkAt(network, peer);
}

/** The device that another was made on: the parent of a macvlan. */
export function lowerOf(network: Network, { lower }: Link): Link | undefined {
  return lower && linkAt(network, lower);
}

/** The bridge of a port; a bridge itself. */
export function bridgeOf(namespace: Devices, link: Link): Link | undefined {
  return isBridgePort(link) ? linkIn(namespace, link.master) : link;
}

/** The VRF that a device belongs to, or is itself, with its table (`l3mdev_fib_table`). */
export function vrfOf(namespace: Devices, device: number | undefined): { index: number; table: number } | undefined {
  const link = linkIn(namespace, device);
  const master = link && vrf.is({ kind: link.slaveKind }) ? linkIn(namespace, link.master) : link;
  return master && vrf.is(master) ? { index: master.index, table: vrf.of(master).table } : undefined;
}

/** The ports of a bridge, which are in its namespace. */
export function portsOf(namespace: Devices, bridge: number): readonly Link[] {
  return namespace.links.filter((link) => isBridgePort(link) && link.master === bridge);
}
