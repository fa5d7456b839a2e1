import { generalNames, namesOfDevice, propagatedFrom } from './decisive-sysctls.ts';
import type { Link, NamespaceState } from './network-state.ts';

/** Of those that a new namespace takes from the machine, machines differ most in these: distributions and Docker set them. */
const DIFFERENT = ['net.ipv4.ip_forward', 'net.ipv4.conf.all.rp_filter', 'net.ipv4.conf.default.rp_filter'];

/**
 * The sysctls that somebody changed, in an order in which they can be written again: what a new namespace has otherwise; of a
 * device, what differs from the namespace's `default`, which a new device takes.
 *
 * @param fresh what a new namespace has: {@link freshSysctls}
 * @param options `inherited` says in any case what a new namespace has elsewhere otherwise than here
 */
export function changedSysctls(
  { sysctls, links }: NamespaceState<'sysctls'>,
  fresh: Readonly<Record<string, string>>,
  { inherited }: { inherited: boolean },
): Record<string, string> {
  const general = generalNames().filter((name) => {
    if (inherited && DIFFERENT.includes(name)) return true;
    const source = propagatedFrom(name);
    return sysctls[name] !== (source === undefined ? fresh[name] : sysctls[source]);
  });
  // A new device takes its own MTU for IPv6 (ipv6_add_dev), all else from `default`. The loopback is there before somebody changes that.
  const usualOf = ({ name: device, mtu }: Link, { name, from, key }: ReturnType<typeof namesOfDevice>[number]) => {
    // A larger one, as the kernel's own tunnels have it, cannot be written (addrconf_sysctl_mtu).
    if (key === 'mtu') return Number(sysctls[name]) > mtu ? sysctls[name] : String(mtu);
    if (device !== 'lo') return sysctls[from];
    const source = propagatedFrom(from);
    return source === undefined ? fresh[name] : sysctls[source];
  };
  const ofDevices = links.flatMap((link) =>
    namesOfDevice(link.name).flatMap((each) => (sysctls[each.name] === usualOf(link, each) ? [] : each.name)),
  );
  return Object.fromEntries(
    [...general, ...ofDevices].flatMap((name) => {
      const value = sysctls[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * Puts both kinds together in an order in which they can be written: IPv6 makes addresses of a secret only where there is one
 * (`addrconf_sysctl_addr_gen_mode`).
 */
export function secretsFirst(sysctls: Readonly<Record<string, string>>): Record<string, string> {
  const isSecret = ([name]: [string, string]) => /[./]stable_secret$/.test(name);
  const { true: secrets = [], false: others = [] } = Object.groupBy(Object.entries(sysctls), (entry) =>
    isSecret(entry) ? 'true' : 'false',
  );
  return Object.fromEntries([...secrets, ...others]);
}
