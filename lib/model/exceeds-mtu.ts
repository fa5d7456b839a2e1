import { deviceSysctlName } from '../state/decisive-sysctls.ts';
import { deviceSysctl } from '../state/device-sysctl.ts';
import type { Frame } from './frame.ts';
import type { Device } from './network.ts';
import { drop, unknown, type Verdict } from './prediction.ts';

/** A route with the option `mtu` (`ip route … mtu 1300`). */
interface LimitingRoute {
  mtu: number;
  /** The destination that it was looked up for. */
  to: string;
}

/**
 * What becomes of a packet that is longer than the MTU; undefined for one that is not.
 *
 * @param route counts in place of the device (`ip_dst_mtu_maybe_forward`)
 */
export function exceedsMtu(egress: Device, frame: Frame, where: string, route?: LimitingRoute): Verdict | undefined {
  const { namespace, name: device } = egress;
  const { length, packet } = frame;
  const { mtu, ...limit } = route ?? (packet?.family === 6 ? ofIpv6(egress) : { mtu: egress.link.mtu });
  if (length <= mtu) return undefined;
  if (frame.mayFragment) return unknown(`${namespace} fragments the packet`);
  const facts = route
    ? ({ mtu, length, where: { is: 'route', namespace, to: route.to } } as const)
    : ({ device, mtu, length, where: { is: 'router', ...limit } } as const);
  return drop({ code: 'link.mtu', facts }, where, { reason: 'SKB_DROP_REASON_PKT_TOO_BIG' });
}

/** IPv6 has a separate MTU for each device, at most the device's (`addrconf_sysctl_mtu`). */
function ofIpv6({ host, link: { name, mtu } }: Device): { mtu: number; sysctl?: string } {
  const own = Number(deviceSysctl(host, 'ipv6', name, 'mtu') ?? mtu);
  return own < mtu ? { mtu: own, sysctl: deviceSysctlName('ipv6', name, 'mtu') } : { mtu };
}
