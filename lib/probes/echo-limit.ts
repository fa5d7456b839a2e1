import { readSysctls } from '../kernel/sysctl.ts';
import { engineOf } from '../lab/engine.ts';
import type { Namespace } from '../lab/index.ts';
import { ICMP_TYPE } from '../wire/icmp.ts';
import type { Family } from '../wire/ip-address.ts';

/** IPv4's is a number with a bit for each type, IPv6's a list of types such as `0-1,3-127` (`proc_do_large_bitmap`). */
const MASK = { 4: 'net.ipv4.icmp_ratemask', 6: 'net.ipv6.icmp.ratemask' } as const;

/**
 * Why a namespace may have got an echo request and sent no reply for it: it limits its replies (`icmpv4_xrlim_allow`,
 * `icmpv6_xrlim_allow`). To itself it answers all the same, as the kernel limits nothing on a loopback. The kernel's own masks
 * leave echo replies out.
 *
 * @returns `b limits its own echo replies (net.ipv4.icmp_ratemask is 1)`; undefined where it does not
 */
export function echoLimitOf(namespace: Namespace, family: Family): string | undefined {
  const name = MASK[family];
  const isWritten = [...namespace.sysctl.written].some((written) => written.endsWith('ratemask'));
  if (engineOf(namespace.lab).isPristine && !isWritten) return undefined;
  const mask = readSysctls(engineOf(namespace).netns, [name]).get(name);
  if (mask === undefined || !isLimited(mask, family)) return undefined;
  return `${namespace} limits its own echo replies (${name} is ${mask})`;
}

function isLimited(mask: string, family: Family): boolean {
  const { echoReply } = ICMP_TYPE[family];
  if (family === 4) return (BigInt(mask) >> BigInt(echoReply)) % 2n === 1n;
  return mask.split(',').some((range) => {
    const [first = '', last = first] = range.split('-');
    return range !== '' && Number(first) <= echoReply && echoReply <= Number(last);
  });
}
