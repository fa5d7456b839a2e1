import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { readProcNetIfAny } from './proc-net.ts';

/** How many packets IPsec dropped in a namespace, by the kernel's name of the reason; none without `CONFIG_XFRM_STATISTICS`. */
export function ipsecCounters(namespace: NetNamespace): ReadonlyMap<string, number> {
  const text = readProcNetIfAny(namespace, 'xfrm_stat');
  return new Map([...text.matchAll(/^Xfrm(\w+)\s+(\d+)$/gm)].map(([, name = '', count]) => [name, Number(count)]));
}
