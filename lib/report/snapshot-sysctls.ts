import { NetNamespace } from '../kernel/net-namespace.ts';
import { readSysctls } from '../kernel/sysctl.ts';
import type { Namespace } from '../lab/index.ts';

/** What decides whether a packet is answered, forwarded or dropped. Each costs 10 µs to read, so not all there are. */
const GLOBAL = {
  // ip_forward first, as the kernel gives its value to `all`, `default` and every device (inet_forward_change).
  ipv4: ['ip_forward', 'icmp_ratemask', 'icmp_echo_ignore_all', 'icmp_echo_ignore_broadcasts', 'ip_default_ttl'],
  ipv6: ['icmp.ratemask', 'icmp.echo_ignore_all', 'icmp.echo_ignore_multicast'],
} as const;

/** The same of one device: `net.ipv4.conf.eth0.…`. */
const OF_DEVICE = {
  ipv4: [
    'forwarding',
    'rp_filter',
    'accept_local',
    'arp_announce',
    'arp_filter',
    'arp_ignore',
    'proxy_arp',
    'route_localnet',
    'drop_unicast_in_l2_multicast',
    'ignore_routes_with_linkdown',
  ],
  ipv6: ['disable_ipv6', 'forwarding', 'accept_dad', 'accept_ra', 'addr_gen_mode', 'proxy_ndp', 'router_solicitations'],
} as const;

/** What the kernel writes on to `default` and to every device when it is written to `all`. */
const PROPAGATED = ['ipv4 forwarding', 'ipv6 forwarding', 'ipv6 disable_ipv6'];

/** A new namespace takes these from the host (`devinet_init_net`), so they are always said. */
const INHERITED = ['net.ipv4.ip_forward', 'net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.default.rp_filter'];

const FAMILIES = ['ipv4', 'ipv6'] as const;
let fresh: Map<string, string> | undefined;

/**
 * The sysctls that somebody changed, in an order in which they can be written again: what a new namespace has
 * otherwise; of a device, what differs from the namespace's `default`, which a new device takes.
 */
export function snapshotSysctls(namespace: Namespace, devices: readonly string[]): Record<string, string> {
  fresh ??= readFresh();
  const original = fresh;
  const general = generalNames().filter((name) => original.has(name));
  const ofDevices = devices.flatMap((device) => deviceNames(device, original));
  const now = readSysctls(namespace.handle, [...general, ...ofDevices.map(({ name }) => name)]);
  const changed = general.filter((name) => {
    if (INHERITED.includes(name) && namespace.role !== 'switch') return true;
    const all = propagatedFrom(name);
    return now.get(name) !== (all ? now.get(all) : original.get(name));
  });
  const own = ofDevices.filter(({ name, from }) => now.has(name) && now.get(name) !== now.get(from));
  const told = new Map([...changed, ...own.map(({ name }) => name)].map((name) => [name, now.get(name) ?? '']));
  // What a spec has set itself is said in any case, of whatever kind.
  const written = [...namespace.sysctl.written].filter((name) => !now.has(name) && !now.has(otherNotation(name)));
  for (const [name, value] of readSysctls(namespace.handle, written)) told.set(name, value);
  return Object.fromEntries(told);
}

/** sysctl(8) takes dots, and slashes. */
function otherNotation(name: string): string {
  return name.includes('/') ? name.replaceAll('/', '.') : name.replaceAll('.', '/');
}

/** What every new namespace of this kernel has; asked once. */
function readFresh(): Map<string, string> {
  const namespace = NetNamespace.create();
  try {
    return readSysctls(namespace, generalNames());
  } finally {
    namespace.close();
  }
}

function generalNames(): string[] {
  return [
    ...FAMILIES.flatMap((family) => GLOBAL[family].map((key) => `net.${family}.${key}`)),
    ...FAMILIES.flatMap((family) =>
      // ipv4.conf.all.forwarding is ip_forward by another name.
      ['all', 'default'].flatMap((device) =>
        OF_DEVICE[family]
          .filter((key) => !(family === 'ipv4' && device === 'all' && key === 'forwarding'))
          .map((key) => `net.${family}.conf.${device}.${key}`),
      ),
    ),
  ];
}

function deviceNames(device: string, original: Map<string, string>): { name: string; from: string }[] {
  // In sysctl(8)'s notation slashes separate where a name has dots.
  const separator = device.includes('.') ? '/' : '.';
  return FAMILIES.flatMap((family) =>
    OF_DEVICE[family].map((key) => ({
      name: ['net', family, 'conf', device, key].join(separator),
      from: `net.${family}.conf.default.${key}`,
    })),
  ).filter(({ from }) => original.has(from));
}

/** Where the value of a `default` comes from, if it is not said itself. */
function propagatedFrom(name: string): string | undefined {
  const [, family, key] = /^net\.(ipv[46])\.conf\.default\.(\w+)$/.exec(name) ?? [];
  if (!PROPAGATED.includes(`${family} ${key}`)) return undefined;
  return family === 'ipv4' ? 'net.ipv4.ip_forward' : `net.ipv6.conf.all.${key}`;
}
