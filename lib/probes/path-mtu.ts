import { unlessError } from '../base/has-code.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { readSysctl, writeSysctl } from '../kernel/namespaces/sysctl.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Interface } from '../lab/index.ts';
import { ipRoute, type Route } from '../netlink/routing/route.ts';
import { deviceSysctlName } from '../state/decisive-sysctls.ts';
import type { Prefix } from '../wire/ip-address.ts';
import type { Question } from './question.ts';

/** Bytes of IP's own header, and of ICMP's or UDP's. */
const HEADERS = { 4: 20 + 8, 6: 40 + 8 };

/** How long a packet with so many bytes of data is. */
export function packetLength({ family }: Question, size: number): number {
  return HEADERS[family] + size;
}

/** The longest packet that leaves whole, by the MTU of the route, of IPv6 on the device (`sysctl`), or of the device. */
interface PathMtu {
  mtu: number;
  ofRoute: boolean;
  sysctl?: string;
}

/** `ipv4_mtu`, `ip6_mtu` */
export function mtuOf(question: Question, device: Interface): PathMtu {
  const { mtu: ofRoute } = lookUp(question) ?? {};
  if (ofRoute !== undefined) return { mtu: ofRoute, ofRoute: true };
  const { name, namespace } = device;
  const { mtu } = device.state();
  if (question.family === 4) return { mtu, ofRoute: false };
  // IPv6 has one of its own, which a router may advertise (addrconf_sysctl_mtu, RFC 4861 section 4.6.4).
  const sysctl = deviceSysctlName('ipv6', name, 'mtu');
  const own = Number(readSysctl(engineOf(namespace).netns, sysctl) ?? mtu);
  return own < mtu ? { mtu: own, ofRoute: false, sysctl } : { mtu, ofRoute: false };
}

/** Has the kernel forget what a router has said of the path's MTU; false where it has been told nothing. */
export function forgetPathMtu(question: Question): boolean {
  const route = lookUp(question);
  // A router has said so, and the kernel remembers it for ten minutes.
  if (route?.mtu === undefined || !route.expires) return false;
  const { from, family } = question;
  if (family === 6) engineOf(from).rtnetlink.change(ipRoute.delete({ to: hostRoute(question), isCopy: true }));
  // Of IPv4 all of it goes or nothing (ipv4_sysctl_rtcache_flush).
  else writeSysctl(engineOf(from).netns, 'net.ipv4.route.flush', 1);
  return true;
}

function lookUp(question: Question): Route | undefined {
  const { from, source, bound, flow } = question;
  const by = {
    ...flow,
    device: bound === 'device' ? source.device.index : undefined,
    from: bound ? source.address : undefined,
  };
  // The route may have gone meanwhile.
  return unlessError(KernelError, () => engineOf(from).rtnetlink.get(ipRoute.get({ to: hostRoute(question), ...by })));
}

function hostRoute({ to: { address }, family }: Question): Prefix {
  return { address, length: family === 4 ? 32 : 128, family };
}
