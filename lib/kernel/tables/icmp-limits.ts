import type { Family } from '../../wire/ip-address.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNet } from './proc-net.ts';

/** How many ICMP messages the kernel has kept back. Undefined if it does not count them (before 6.3). */
interface IcmpLimits {
  /** By the limit for all hosts together. */
  global: number | undefined;
  /** By the limit for each host. */
  host: number | undefined;
}

/**
 * The counts of a namespace since it was made (`ICMP_MIB_RATELIMITGLOBAL`, `ICMP_MIB_RATELIMITHOST`, `ICMP6_MIB_RATELIMITHOST`). The limit for
 * all hosts together has one count for both versions of IP (`icmpv6_global_allow`).
 */
export function icmpLimits(namespace: NetNamespace, family: Family): IcmpLimits {
  const { global, host } = limitsOf4(readProcNet(namespace, 'snmp'));
  if (family === 4) return { global, host };
  const host6 = /^Icmp6OutRateLimitHost\s+(\d+)$/m.exec(readProcNet(namespace, 'snmp6'))?.[1];
  return { global, host: host6 === undefined ? undefined : Number(host6) };
}

function limitsOf4(text: string): IcmpLimits {
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('Icmp: '))
    .map((line) => line.split(' '));
  const counter = (name: string) => {
    const at = names.indexOf(name);
    return at < 0 ? undefined : Number(values[at]);
  };
  return { global: counter('OutRateLimitGlobal'), host: counter('OutRateLimitHost') };
}
