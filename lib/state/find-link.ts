import { isBridgePort } from '../links/bridge-port.ts';
import type { Link, LinkPlace, NetworkState } from './network-state.ts';

/** A network, of which nothing but the devices is looked at. */
type Network = NetworkState<never>;

/** The device at a place; undefined where there is none. */
export function linkAt({ namespaces }: Network, { namespace, index }: LinkPlace): Link | undefined {
  return namespaces.find(({ name }) => name === namespace)?.links.find((link) => link.index === index);
}

/** The other end of a cable. */
export function peerOf(network: Network, { peer }: Link): Link | undefined {
  return peer && linkAt(network, peer);
}

/** The device that another was made on: the parent of a macvlan. */
export function lowerOf(network: Network, { lower }: Link): Link | undefined {
  return lower && linkAt(network, lower);
}

/** The devices that were made on another, in whatever namespace. */
export function uppersOf({ namespaces }: Network, { namespace, index }: LinkPlace): (LinkPlace & { link: Link })[] {
  return namespaces.flatMap(({ name, links }) =>
    links
      .filter(({ lower }) => lower?.namespace === namespace && lower.index === index)
      .map((link) => ({ namespace: name, index: link.index, link })),
  );
}

/** The ports of a bridge, which are in its namespace. */
export function portsOf(namespace: { readonly links: readonly Link[] }, bridge: number): readonly Link[] {
  return namespace.links.filter((link) => isBridgePort(link) && link.master === bridge);
}
