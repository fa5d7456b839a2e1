/** What a namespace is for: it decides what a lab sets in it. */
export type Role = 'host' | 'router' | 'switch';

/** Whose settings a lab's namespaces have: those of a network in which nothing happens by itself, or the kernel's own. */
export const DEFAULTS = ['lab', 'kernel'] as const;
export type Defaults = (typeof DEFAULTS)[number];

/** A sysctl that a lab sets in every namespace of a role. docs/lab-defaults.md has the table. */
interface Setting {
  name: string;
  value: string;
  /**
   * With the kernel's defaults, too: it makes the role, or a new namespace would take it from the host
   * (`devinet_init_net`).
   */
  always?: true;
}

/** What hosts and routers have, so that the only traffic in a lab is what a spec makes. */
const CALM: readonly Setting[] = [
  // Addresses serve at once.
  { name: 'net.ipv6.conf.default.accept_dad', value: '0' },
  { name: 'net.ipv6.conf.default.router_solicitations', value: '0' },
  // Every refusal is heard: otherwise the seventh within a second to one host, or the 51st of all, would seem to be lost
  // (icmpv4_xrlim_allow, icmp_global_allow). Of ICMPv6 an empty mask cannot be written; type 0 is reserved.
  { name: 'net.ipv4.icmp_ratemask', value: '0' },
  { name: 'net.ipv6.icmp.ratemask', value: '0' },
];

/** The kernel's own, whatever the machine has. */
const NO_FORWARDING: Setting = { name: 'net.ipv4.ip_forward', value: '0', always: true };
const NO_REVERSE_PATH_FILTER: readonly Setting[] = [
  { name: 'net.ipv4.conf.all.rp_filter', value: '0', always: true },
  { name: 'net.ipv4.conf.default.rp_filter', value: '0', always: true },
];

const SETTINGS: Record<Role, readonly Setting[]> = {
  host: [NO_FORWARDING, ...NO_REVERSE_PATH_FILTER, ...CALM],
  router: [
    { name: 'net.ipv4.ip_forward', value: '1', always: true },
    { name: 'net.ipv6.conf.all.forwarding', value: '1', always: true },
    ...NO_REVERSE_PATH_FILTER,
    ...CALM,
  ],
  // A switch forwards frames and has no addresses, so its ports say nothing of their own.
  switch: [NO_FORWARDING, { name: 'net.ipv6.conf.default.disable_ipv6', value: '1', always: true }],
};

/** The sysctls that a lab sets in a new namespace. */
export function sysctlsOf(role: Role, defaults: Defaults): readonly Setting[] {
  return SETTINGS[role].filter(({ always }) => always || defaults === 'lab');
}

/**
 * What a lab sets of the neighbour tables of each device. The kernel would wait for an answer to ARP or ND for a second; on
 * a software link one takes microseconds. Three requests, so a neighbour has failed after 60 ms. Proxies would put theirs
 * off by up to 0.8 s (`pneigh_enqueue`), for the sake of other holders of the address: longer than any negative is held.
 * How often it asks is the kernel's own: a new device takes it from the machine (`neigh_parms_alloc`).
 */
export const NEIGHBOUR_TIMERS = { retrans: 20, appProbes: 0, mcastProbes: 3, proxyDelay: 0 };

/** After so many milliseconds a host asks for a neighbour again (`retrans_time_ms`): in a lab, and with the kernel's defaults. */
export const RETRANSMISSION = { lab: NEIGHBOUR_TIMERS.retrans, kernel: 1000 };
