import { readSysctls } from '../kernel/namespaces/sysctl.ts';
import { icmpLimits } from '../kernel/tables/icmp-limits.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Namespace } from '../lab/index.ts';
import { ICMP_TYPE } from '../wire/icmp.ts';
import type { Family } from '../wire/ip-address.ts';

/** IPv4's mask is a number with a bit for each type, IPv6's a list of types such as `0-1,3-127` (`proc_do_large_bitmap`). */
const SYSCTLS = {
  4: { mask: 'net.ipv4.icmp_ratemask', host: 'net.ipv4.icmp_ratelimit' },
  6: { mask: 'net.ipv6.icmp.ratemask', host: 'net.ipv6.icmp.ratelimit' },
} as const;

const GLOBAL = 'net.ipv4.icmp_msgs_per_sec';

/** The setting by which a namespace limits its echo replies. */
export interface EchoLimit {
  namespace: Namespace;
  /** The sysctl that says which messages are limited. */
  mask: string;
  maskValue: string;
  /** The sysctl with the limit: for all hosts together, or for one host. */
  sysctl: string;
  value: string;
  /** Whether the limit has kept a message back; undefined if the kernel does not count. */
  hasKept: boolean | undefined;
}

/**
 * How a namespace limits its echo replies, so that it may get a request and send no reply (`icmpv4_xrlim_allow`,
 * `icmpv6_xrlim_allow`, `icmp_global_allow`). It still answers itself, as the kernel limits nothing on a loopback. The kernel's own
 * masks leave echo replies out.
 *
 * @returns undefined if it does not limit them
 */
export function echoLimitOf(namespace: Namespace, family: Family): EchoLimit | undefined {
  const names = SYSCTLS[family];
  const isWritten = [...namespace.sysctl.written].some((written) => written.endsWith('ratemask'));
  if (engineOf(namespace.lab).isPristine && !isWritten) return undefined;
  const { netns } = engineOf(namespace);
  const values = readSysctls(netns, [names.mask, names.host, GLOBAL]);
  const maskValue = values.get(names.mask);
  if (maskValue === undefined || !isLimited(maskValue, family)) return undefined;
  const { global, host } = icmpLimits(netns, family);
  // A message that the limit for all hosts keeps back does not get to the limit for one host (icmp_reply).
  const isGlobal = values.get(names.host) === '0' || (host === 0 && (global ?? 0) > 0) || values.get(GLOBAL) === '0';
  const sysctl = isGlobal ? GLOBAL : names.host;
  const kept = isGlobal ? global : host;
  const hasKept = kept === undefined ? undefined : kept > 0;
  return { namespace, mask: names.mask, maskValue, sysctl, value: values.get(sysctl) ?? '', hasKept };
}

/** `b limits its own echo replies (net.ipv4.icmp_ratemask is 1)`. */
export function echoLimitWords({ namespace, mask, maskValue }: EchoLimit): string {
  return `${namespace} limits its own echo replies (${mask} is ${maskValue})`;
}

function isLimited(mask: string, family: Family): boolean {
  const { echoReply } = ICMP_TYPE[family];
  // -1 stands for all types: the kernel prints a signed number (proc_dointvec).
  if (family === 4) return ((Number(mask) >> echoReply) & 1) === 1;
  return mask.split(',').some((range) => {
    const [first = '', last = first] = range.split('-');
    return range !== '' && Number(first) <= echoReply && echoReply <= Number(last);
  });
}
