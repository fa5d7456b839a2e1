import { once } from '../base/once.ts';
import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { readSysctls } from '../kernel/namespaces/sysctl.ts';

/** The members of `net.ipv4.conf` that are 0 in a kernel that nobody has configured. */
const ZERO = [
  ...['accept_local', 'arp_accept', 'arp_announce', 'arp_filter', 'arp_ignore', 'arp_notify', 'bc_forwarding'],
  ...['bootp_relay', 'disable_policy', 'disable_xfrm', 'drop_gratuitous_arp', 'drop_unicast_in_l2_multicast'],
  ...['force_igmp_version', 'ignore_routes_with_linkdown', 'log_martians', 'medium_id', 'promote_secondaries'],
  ...['proxy_arp', 'proxy_arp_pvlan', 'route_localnet', 'rp_filter', 'src_valid_mark', 'tag'],
];

const OTHERS = {
  ...{ accept_redirects: '1', secure_redirects: '1', send_redirects: '1', shared_media: '1', arp_evict_nocarrier: '1' },
  ...{ igmpv2_unsolicited_report_interval: '10000', igmpv3_unsolicited_report_interval: '1000' },
};

/**
 * What the kernel itself has of `net.ipv4.conf.all` and `default` (`ipv4_devconf`, `ipv4_devconf_dflt`), in an order in which they can
 * be written. The loopback is there from the beginning: it keeps what the machine has of `default`, though that is written later
 * (`devinet_copy_dflt_conf`).
 */
const KERNELS_OWN: ReadonlyMap<string, string> = new Map([
  // First: it sets forwarding everywhere, and accept_redirects (inet_forward_change).
  ['net.ipv4.ip_forward', '0'],
  ['net.ipv4.conf.default.forwarding', '0'],
  ['net.ipv4.conf.lo.forwarding', '0'],
  ...[...ZERO.map((member) => [member, '0'] as const), ...Object.entries(OTHERS)].flatMap(([member, value]) =>
    ['all', 'default', 'lo'].map((device) => [`net.ipv4.conf.${device}.${member}`, value] as const),
  ),
  ['net.ipv4.conf.all.accept_source_route', '0'],
  ['net.ipv4.conf.default.accept_source_route', '1'],
  ['net.ipv4.conf.lo.accept_source_route', '1'],
  // inetdev_event (NETDEV_REGISTER)
  ['net.ipv4.conf.lo.disable_policy', '1'],
  ['net.ipv4.conf.lo.disable_xfrm', '1'],
]);

/** Whether a new namespace takes a sysctl from the machine (`devinet_init_net`). */
export function isInherited(name: string): boolean {
  return KERNELS_OWN.has(name);
}

/**
 * The kernel's own values of those that the machine has others for, which each new namespace would take: a distribution chose
 * them, or somebody who hardened the machine. The machine is asked once.
 */
export const chosenByMachine = once((): ReadonlyMap<string, string> => {
  using namespace = NetNamespace.create();
  const inherited = readSysctls(namespace, [...KERNELS_OWN.keys()]);
  return new Map([...KERNELS_OWN].filter(([name, value]) => (inherited.get(name) ?? value) !== value));
});
