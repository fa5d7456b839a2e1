import { DEVICE_SYSCTLS } from '../netlink/device-sysctls.ts';

/** What decides whether a packet is answered, forwarded or dropped. Each costs 10 µs to read, so not all there are. */
const GLOBAL: readonly string[] = [
  // ip_forward first, as the kernel gives its value to `all`, `default` and every device (inet_forward_change).
  'net.ipv4.ip_forward',
  'net.ipv4.icmp_ratemask',
  'net.ipv4.icmp_echo_ignore_all',
  'net.ipv4.icmp_echo_ignore_broadcasts',
  'net.ipv4.ip_default_ttl',
  'net.ipv6.icmp.ratemask',
  'net.ipv6.icmp.echo_ignore_all',
  'net.ipv6.icmp.echo_ignore_multicast',
  // Only with br_netfilter: whether bridged packets pass the filters of IP and ARP.
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-call-arptables',
];

/** The same of one device: `net.ipv4.conf.eth0.…`. */
const OF_DEVICE = { ipv4: keysOf(DEVICE_SYSCTLS.ipv4), ipv6: keysOf(DEVICE_SYSCTLS.ipv6) };

/** The version of IP, as sysctls name it. */
export type SysctlFamily = keyof typeof DEVICE_SYSCTLS;

/** A setting of a device that decides what becomes of a packet. */
export type DeviceSysctl<F extends SysctlFamily = SysctlFamily> = {
  [Each in F]: keyof (typeof DEVICE_SYSCTLS)[Each] & string;
}[F];

const FAMILIES = ['ipv4', 'ipv6'] as const;

/** What the kernel writes on to `default` and to every device when it is written to `all`. */
const PROPAGATED = ['ipv4 forwarding', 'ipv6 forwarding', 'ipv6 disable_ipv6'];

/** The names of those of no single device, in an order in which they can be written again. */
export function generalNames(): string[] {
  const ofAllDevices = FAMILIES.flatMap((family) =>
    ['all', 'default'].flatMap((device) => OF_DEVICE[family].map((key) => deviceSysctlName(family, device, key))),
  );
  return [...new Set([...GLOBAL, ...ofAllDevices])];
}

/** The names of those of one device; `from` is what a new device takes its value from. */
export function namesOfDevice(device: string): { name: string; from: string; family: SysctlFamily; key: string }[] {
  return FAMILIES.flatMap((family) =>
    OF_DEVICE[family].map((key) => ({
      ...{ family, key },
      name: deviceSysctlName(family, device, key),
      from: deviceSysctlName(family, 'default', key),
    })),
  );
}

const DECISIVE = new Set(generalNames().map((name) => name.replaceAll('.', '/')));

/** Whether a setting is among them; its name with slashes. */
export function isDecisive(name: string): boolean {
  return DECISIVE.has(name.replace(/^(net\/ipv[46]\/conf)\/[^/]+\//, '$1/default/')) || DECISIVE.has(name);
}

/** In sysctl(8)'s notation slashes separate where the name of a device has dots. */
export function deviceSysctlName(family: SysctlFamily, device: string, key: string): string {
  // ipv4.conf.all.forwarding is ip_forward by another name.
  if (family === 'ipv4' && device === 'all' && key === 'forwarding') return 'net.ipv4.ip_forward';
  return ['net', family, 'conf', device, key].join(device.includes('.') ? '/' : '.');
}

/** Where the value of a `default` comes from, if nobody writes it itself. */
export function propagatedFrom(name: string): string | undefined {
  const [, family, key] = /^net\.(ipv[46])\.conf\.default\.(\w+)$/.exec(name) ?? [];
  if (!PROPAGATED.includes(`${family} ${key}`)) return undefined;
  return deviceSysctlName(family as SysctlFamily, 'all', `${key}`);
}

function keysOf<T extends object>(object: T): (keyof T & string)[] {
  return Object.keys(object) as (keyof T & string)[];
}
