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
  return sysctls[deviceSysctlName(family, device, key)];
}
