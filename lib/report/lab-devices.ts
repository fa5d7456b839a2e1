import { FALLBACK_TUNNELS } from '../links/fallback-tunnels.ts';
import { linkIn } from '../state/find-link.ts';
import type { Link } from '../state/network-state.ts';

const LOOPBACK = 'lo';

interface WithBridge {
  readonly links: readonly Link[];
  readonly bridge: number | undefined;
}

/** The devices that somebody made, but for the bridge of a switch: it stands for the namespace. */
export function devicesIn(namespace: WithBridge): Link[] {
  return namespace.links.filter(
    ({ index, name }) => index !== namespace.bridge && name !== LOOPBACK && !FALLBACK_TUNNELS.test(name),
  );
}

export function switchBridge(namespace: WithBridge): Link | undefined {
  return linkIn(namespace, namespace.bridge);
}

export function loopbackOf({ links }: { readonly links: readonly Link[] }): Link | undefined {
  return links.find(({ name }) => name === LOOPBACK);
}
