/** What a namespace is for: it decides what of the kernel's defaults a lab overrides. */
export type Role = 'host' | 'router' | 'switch';

/** Settings that a lab makes itself, since a new namespace takes some of them from the host (`devinet_init_net`). */
export const ROLE_SYSCTLS: Record<Role, readonly [name: string, value: string][]> = {
  host: [
    ['net.ipv4.ip_forward', '0'],
    ['net.ipv4.conf.all.rp_filter', '0'],
    ['net.ipv4.conf.default.rp_filter', '0'],
    // Link-local addresses serve at once, and nobody solicits routers: the only traffic in a lab is what a spec makes.
    ['net.ipv6.conf.default.accept_dad', '0'],
    ['net.ipv6.conf.default.router_solicitations', '0'],
    // Every refusal is heard: otherwise the seventh within a second to one host, or the 51st of all, would seem to be lost
    // (icmpv4_xrlim_allow, icmp_global_allow). Of ICMPv6 an empty mask cannot be written; type 0 is reserved.
    ['net.ipv4.icmp_ratemask', '0'],
    ['net.ipv6.icmp.ratemask', '0'],
  ],
  router: [
    ['net.ipv4.ip_forward', '1'],
    ['net.ipv4.conf.all.rp_filter', '0'],
    ['net.ipv4.conf.default.rp_filter', '0'],
    ['net.ipv6.conf.all.forwarding', '1'],
    ['net.ipv6.conf.default.accept_dad', '0'],
    ['net.ipv6.conf.default.router_solicitations', '0'],
    ['net.ipv4.icmp_ratemask', '0'],
    ['net.ipv6.icmp.ratemask', '0'],
  ],
  // A switch forwards frames and has no addresses, so its ports say nothing of their own.
  switch: [['net.ipv6.conf.default.disable_ipv6', '1']],
};
