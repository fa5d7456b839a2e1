import { FALLBACK_TUNNELS } from '../links/fallback-tunnels.ts';
import type { Link } from '../state/network-state.ts';

const LOOPBACK = 'lo';

/** The devices that somebody made, but for the bridge of a switch: it stands for the namespace. */
export function devicesIn(namespace: { readonly links: readonly Link[]; readonly bridge: number | undefined }): Link[] {
  return namespace.links.filter(({ index, name }) => index !== namespace.bridge && !isOfTheKernel(name));
}

/** The loopback of a namespace. */
export function loopbackOf({ links }: { readonly links: readonly Link[] }): Link | undefined {
  return links.find(({ name }) => name === LOOPBACK);
}

function isOfTheKernel(name: string): boolean {
  return name === LOOPBACK || FALLBACK_TUNNELS.test(name);
}
