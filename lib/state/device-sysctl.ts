import { type DeviceSysctl, deviceSysctlName, type SysctlFamily } from './decisive-sysctls.ts';
import type { NamespaceState } from './network-state.ts';

/**
 * A setting of a device, or of `all` or `default`; undefined where this kernel, or this device, has none.
 *
 * @example deviceSysctl(namespace, 'ipv4', 'eth0', 'rp_filter')
 */
export function deviceSysctl<F extends SysctlFamily>(
  { sysctls }: NamespaceState<'sysctls'>,
  family: F,
  device: string,
  key: DeviceSysctl<F>,
): string | undefined {
  // ipv4.conf.all.forwarding is ip_forward by another name.
  if (family === 'ipv4' && device === 'all' && key === 'forwarding') return sysctls['net.ipv4.ip_forward'];
  return sysctls[deviceSysctlName(family, device, key)];
}
