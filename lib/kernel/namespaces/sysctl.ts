import { closeSync, openSync, readdirSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { unlessCode } from '../../base/has-code.ts';
import type { NetNamespace } from './net-namespace.ts';

/**
 * Reads a sysctl inside a namespace. `/proc/sys/net` shows the network of the thread that opens it
 * (`net_ctl_header_lookup`), so no mount is needed.
 *
 * @param name in sysctl(8)'s notation: dots, or slashes where a device's name has a dot (`net/ipv4/conf/eth0.1/forwarding`)
 * @throws Error `ENOENT` when this kernel has no such sysctl
 */
export function readSysctl(namespace: NetNamespace, name: string): string {
  return namespace.run(() => readValue(name)).trimEnd();
}

/**
 * Reads many at once: the namespace is entered once. Left out is a sysctl that this kernel, or a device, does not have,
 * one that can only be written (`route.flush`), and one that has no value (`stable_secret` that nobody set).
 */
export function readSysctls(namespace: NetNamespace, names: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  namespace.run(() => {
    for (const name of names) {
      // ENOENT: an older kernel, a device without IPv6, a module that is not loaded. EACCES: proc_sys_permission.
      // EIO: addrconf_sysctl_stable_secret.
      const value = unlessCode(['ENOENT', 'ENOTDIR', 'EACCES', 'EIO'], () => readValue(name));
      if (value !== undefined) values.set(name, value.trimEnd());
    }
  });
  return values;
}

/** The names of the sysctls, and folders of them, in a folder; none where it is no folder. */
export function listSysctls(namespace: NetNamespace, folder: string): string[] {
  return unlessCode(['ENOENT', 'ENOTDIR'], () => namespace.run(() => readdirSync(sysctlPath(folder))), []);
}

/** Writes a sysctl inside a namespace. */
export function writeSysctl(namespace: NetNamespace, name: string, value: string | number): void {
  namespace.run(() => writeFileSync(sysctlPath(name), String(value)));
}

/** Its file. A name is taken with dots, and with slashes. */
export function sysctlPath(name: string): string {
  return `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
}

/**
 * Longer than almost any value. For each read the kernel clears a buffer of the size that is asked for (`proc_sys_call_handler`):
 * `readFileSync` asks for 8 KiB, twice.
 */
const room = Buffer.alloc(1024);

/** One read gets the whole of a value that is shorter than the room. */
function readValue(name: string): string {
  const file = openSync(sysctlPath(name), 'r');
  try {
    const length = readSync(file, room, 0, room.length, 0);
    return length < room.length ? room.toString('utf8', 0, length) : readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
