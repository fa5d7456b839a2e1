import type { Link } from '../state/network-state.ts';

/** What some kernels put into every namespace (`net.core.fb_tunnels_only_for_init_net`). */
const FALLBACK_TUNNELS = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;
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
