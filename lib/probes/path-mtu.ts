import { unlessError } from '../kernel/has-code.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { readSysctl, writeSysctl } from '../kernel/sysctl.ts';
import { engineOf } from '../lab/engine.ts';
import type { Interface } from '../lab/index.ts';
import { ipRoute, type Route } from '../netlink/route.ts';
import type { Prefix } from '../wire/ip-address.ts';
import type { Question } from './question.ts';

/** Bytes of IP's own header, and of ICMP's or UDP's. */
const HEADERS = { 4: 20 + 8, 6: 40 + 8 };

/** How long a packet with so many bytes of data is. */
export function packetLength({ family }: Question, size: number): number {
  return HEADERS[family] + size;
}

/** The longest packet that leaves whole (`ipv4_mtu`, `ip6_mtu`): by the route's MTU, else by the device's. */
export function mtuOf(question: Question, device: Interface): { mtu: number; ofRoute: boolean } {
  const { mtu } = lookUp(question) ?? {};
  if (mtu !== undefined) return { mtu, ofRoute: true };
  const { name, namespace } = device;
  // IPv6 has one of its own, which a router may advertise (addrconf_sysctl_mtu, RFC 4861 section 4.6.4).
  const own =
    question.family === 6 ? Number(readSysctl(engineOf(namespace).netns, `net/ipv6/conf/${name}/mtu`)) : undefined;
  return { mtu: own ?? device.state().mtu, ofRoute: false };
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
