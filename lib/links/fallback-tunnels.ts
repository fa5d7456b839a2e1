/** The devices that some kernels put into every namespace (`net.core.fb_tunnels_only_for_init_net`). */
export const FALLBACK_TUNNELS = /^(tunl|gre|gretap|erspan|ip_vti|ip6_vti|sit|ip6tnl|ip6gre)0$/;
