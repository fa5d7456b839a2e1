import { body } from './codec/body.ts';
import { attribute, table } from './codec/table.ts';
import { flat, type Type } from './codec/type.ts';
import { Family } from './family.ts';
import { linkHeader } from './link.ts';

/** By their names below `/proc/sys/net/ipv4/conf`: the kernel's name and number of each (`linux/ip.h`), which begin with 1. */
const IPV4 = {
  forwarding: ['IPV4_DEVCONF_FORWARDING', 1],
  rp_filter: ['IPV4_DEVCONF_RP_FILTER', 8],
  accept_local: ['IPV4_DEVCONF_ACCEPT_LOCAL', 23],
  arp_announce: ['IPV4_DEVCONF_ARP_ANNOUNCE', 18],
  arp_filter: ['IPV4_DEVCONF_ARPFILTER', 13],
  arp_ignore: ['IPV4_DEVCONF_ARP_IGNORE', 19],
  proxy_arp: ['IPV4_DEVCONF_PROXY_ARP', 3],
  proxy_arp_pvlan: ['IPV4_DEVCONF_PROXY_ARP_PVLAN', 25],
  route_localnet: ['IPV4_DEVCONF_ROUTE_LOCALNET', 26],
  send_redirects: ['IPV4_DEVCONF_SEND_REDIRECTS', 6],
  drop_unicast_in_l2_multicast: ['IPV4_DEVCONF_DROP_UNICAST_IN_L2_MULTICAST', 30],
  ignore_routes_with_linkdown: ['IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN', 29],
} as const;

/** By their names below `/proc/sys/net/ipv6/conf` (`linux/ipv6.h`); the numbers begin with 0. */
const IPV6 = {
  disable_ipv6: ['DEVCONF_DISABLE_IPV6', 26],
  forwarding: ['DEVCONF_FORWARDING', 0],
  mtu: ['DEVCONF_MTU6', 2],
  accept_dad: ['DEVCONF_ACCEPT_DAD', 27],
  accept_ra: ['DEVCONF_ACCEPT_RA', 3],
  addr_gen_mode: ['DEVCONF_ADDR_GEN_MODE', 47],
  force_forwarding: ['DEVCONF_FORCE_FORWARDING', 59],
  proxy_ndp: ['DEVCONF_PROXY_NDP', 22],
  router_solicitations: ['DEVCONF_RTR_SOLICITS', 7],
} as const;

/** The sysctls of a device that are read by netlink. They are those that decide what becomes of a packet. */
export const DEVICE_SYSCTLS = { ipv4: IPV4, ipv6: IPV6 } as const;

type Numbers = Readonly<Record<string, readonly [kernel: string, number: number]>>;

/** An array of all settings (`ipv4_devconf`, `ipv6_store_devconf`). An older kernel's is shorter. */
function settings<N extends Numbers>(numbers: N, first: number): Type<Partial<Record<keyof N, string>>> {
  return {
    write: () => {},
    read: (bytes) => {
      const values: Partial<Record<keyof N, string>> = {};
      for (const name of Object.keys(numbers) as (keyof N)[]) {
        const [, number] = numbers[name] as N[keyof N];
        const at = (number - first) * 4;
        if (at + 4 <= bytes.length) values[name] = String(bytes.readInt32LE(at));
      }
      return values;
    },
    words: () => [],
    constants: Object.values(numbers),
  };
}

const ofIpv4 = table({ ipv4: attribute('IFLA_INET_CONF', 1, settings(IPV4, 1), { ifAbsent: {} }) });
const ofIpv6 = table({ ipv6: attribute('IFLA_INET6_CONF', 2, settings(IPV6, 0), { ifAbsent: {} }) });

/**
 * The sysctls of every device, as text: one message has those of a device, where `/proc/sys` takes a file for each. A device that is
 * too small for a version of IP has none of it (`inetdev_event`).
 */
export const ipDeviceSysctls = new Family({
  command: ['ip', 'link'],
  messages: ['LINK', 16],
  body: body(
    linkHeader,
    table({
      families: attribute(
        'IFLA_AF_SPEC',
        26,
        flat(table({ inet: attribute('AF_INET', 2, flat(ofIpv4)), inet6: attribute('AF_INET6', 10, flat(ofIpv6)) })),
      ),
    }),
  ),
  state: ({ index, ipv4, ipv6 }) => ({ index, ipv4, ipv6 }),
});
