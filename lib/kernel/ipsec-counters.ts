import { readFileSync } from 'node:fs';
import { unlessCode } from './has-code.ts';
import type { NetNamespace } from './net-namespace.ts';

/** How many packets IPsec dropped in a namespace, by the kernel's name of the reason; none without `CONFIG_XFRM_STATISTICS`. */
export function ipsecCounters(namespace: NetNamespace): ReadonlyMap<string, number> {
  const read = () => readFileSync('/proc/thread-self/net/xfrm_stat', 'latin1');
  const text = unlessCode(['ENOENT'], () => namespace.run(read), '');
  return new Map([...text.matchAll(/^Xfrm(\w+)\s+(\d+)$/gm)].map(([, name = '', count]) => [name, Number(count)]));
}
