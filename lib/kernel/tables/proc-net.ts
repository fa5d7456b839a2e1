import { readFileSync } from 'node:fs';
import { unlessCode } from '../../base/has-code.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';

/** The text of a file of `/proc/net`, as a namespace has it, by bytes: a device's name need not be UTF-8. */
export function readProcNet(namespace: NetNamespace, file: string): string {
  return namespace.run(() => readFileSync(`/proc/thread-self/net/${file}`, 'latin1'));
}

/** The same; nothing for a kernel that has no such file. */
export function readProcNetIfAny(namespace: NetNamespace, file: string): string {
  return unlessCode(['ENOENT'], () => readProcNet(namespace, file), '');
}
