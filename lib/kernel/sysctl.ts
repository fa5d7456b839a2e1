import { readFileSync, writeFileSync } from 'node:fs';
import type { NetNamespace } from './net-namespace.ts';

/**
 * Reads a sysctl inside a namespace. `/proc/sys/net` shows the network of the thread that opens it
 * (`net_ctl_header_lookup`), so no mount is needed.
 *
 * @param name in sysctl(8)'s notation: dots, or slashes where a device's name has a dot (`net/ipv4/conf/eth0.1/forwarding`)
 * @throws Error `ENOENT` when this kernel has no such sysctl
 */
export function readSysctl(namespace: NetNamespace, name: string): string {
  return namespace.run(() => readFileSync(pathOf(name), 'utf8')).trimEnd();
}

/** Reads many at once: the namespace is entered once. A sysctl that this kernel, or a device, does not have is left out. */
export function readSysctls(namespace: NetNamespace, names: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  namespace.run(() => {
    for (const name of names) {
      try {
        values.set(name, readFileSync(pathOf(name), 'utf8').trimEnd());
      } catch {
        // Not there: an older kernel, a device without IPv6, a module that is not loaded.
      }
    }
  });
  return values;
}

/** Writes a sysctl inside a namespace. */
export function writeSysctl(namespace: NetNamespace, name: string, value: string | number): void {
  namespace.run(() => writeFileSync(pathOf(name), String(value)));
}

function pathOf(name: string): string {
  return `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
}
