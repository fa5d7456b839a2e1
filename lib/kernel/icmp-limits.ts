import { readFileSync } from 'node:fs';
import type { Family } from '../wire/ip-address.ts';
import type { NetNamespace } from './net-namespace.ts';

/** How many ICMP messages the kernel has kept back. Undefined if it does not count them (before 6.3). */
export interface IcmpLimits {
  /** By the limit for all hosts together. */
  global: number | undefined;
  /** By the limit for each host. */
  host: number | undefined;
}

/** The counts of a namespace since it was made (`ICMP_MIB_RATELIMITGLOBAL`, `ICMP_MIB_RATELIMITHOST`). IPv6 has only the second. */
export function icmpLimits(namespace: NetNamespace, family: Family): IcmpLimits {
  const text = namespace.run(() => readFileSync(`/proc/thread-self/net/${family === 4 ? 'snmp' : 'snmp6'}`, 'latin1'));
  if (family === 6) {
    const host = /^Icmp6OutRateLimitHost\s+(\d+)$/m.exec(text)?.[1];
    return { global: undefined, host: host === undefined ? undefined : Number(host) };
  }
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
