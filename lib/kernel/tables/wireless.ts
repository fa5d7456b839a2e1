import { readFileSync } from 'node:fs';
import { unlessCode } from '../../base/has-code.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';

/** The wireless devices of a namespace, by name; none where the kernel has no list of them (`CONFIG_CFG80211_WEXT`). */
export function wirelessDevices(namespace: NetNamespace): string[] {
  const read = () => readFileSync('/proc/thread-self/net/wireless', 'utf8');
  return readWireless(namespace.run(() => unlessCode(['ENOENT'], read, '')));
}

/** The names in `/proc/net/wireless`, behind its two lines of headings (`wireless_seq_printf_stats`). */
export function readWireless(text: string): string[] {
  return [...text.matchAll(/^\s*([^\s|:]+):/gm)].map(([, name]) => name as string);
}
