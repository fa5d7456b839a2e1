import { generalNames, namesOfDevice, propagatedFrom } from './decisive-sysctls.ts';
import type { NamespaceState } from './network-state.ts';

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
  const ofDevices = links
    .flatMap(({ name }) => (name === 'lo' ? [] : namesOfDevice(name)))
    .filter(({ name, from }) => sysctls[name] !== sysctls[from])
    .map(({ name }) => name);
  return Object.fromEntries(
    [...general, ...ofDevices].flatMap((name) => {
      const value = sysctls[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
