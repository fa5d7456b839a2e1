import { readFileSync } from 'node:fs';
import type { Family } from '../wire/ip-address.ts';
import type { NetNamespace } from './net-namespace.ts';

/** How often the kernel has kept an ICMP message back: for all hosts together, and for one. Undefined where it does not count (before 6.3). */
export interface IcmpLimits {
  global: number | undefined;
  host: number | undefined;
}

/** Of a namespace, since it was made (`ICMP_MIB_RATELIMITGLOBAL`, `ICMP_MIB_RATELIMITHOST`). IPv6 counts the latter alone. */
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
