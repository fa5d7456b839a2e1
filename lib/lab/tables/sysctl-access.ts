import { nearestWord } from '../../base/nearest-word.ts';
import { show, UsageError } from '../../base/validate.ts';
import { KernelError } from '../../kernel/kernel-error.ts';
import { listSysctls, readSysctl, readSysctls, writeSysctl } from '../../kernel/namespaces/sysctl.ts';
import { whyRefused } from '../../kernel/namespaces/why-no-namespaces.ts';
import { engineOf } from '../engines/engine.ts';
import type { Namespace } from '../namespace.ts';

/** Reads a sysctl of a namespace. @throws UsageError when this kernel has none of the name */
export function readSysctlIn(namespace: Namespace, name: string): string {
  return access(namespace, 'get', name, () => readSysctl(engineOf(namespace).netns, name));
}

/** Writes a sysctl of a namespace. @throws KernelError `EINVAL` for a value that the kernel does not take there */
export function writeSysctlIn(namespace: Namespace, name: string, value: string | number): void {
  access(namespace, 'set', name, () => writeSysctl(engineOf(namespace).netns, name, value), value);
}

function access<T>(
  namespace: Namespace,
  method: 'get' | 'set',
  name: string,
  action: () => T,
  value?: string | number,
): T {
  const call = `${namespace.name}.sysctl.${method}`;
  try {
    return action();
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UsageError(`${call}: this kernel has no sysctl ${show(name)}${nearestTo(namespace, name)}`);
    if (code === 'EISDIR')
      throw new UsageError(`${call}: name must be a sysctl: received ${show(name)}, which is a folder of sysctls`);
    if (errno === undefined) throw error;
    const written = value === undefined ? '' : `=${value}`;
    throw new KernelError({
      operation: `ip netns exec ${namespace.name} sysctl ${method === 'set' ? '-w ' : ''}${name}${written}`,
      errno: -errno,
      cause: value === undefined ? undefined : causeOf(namespace, code, name, value),
    });
  }
}

/** The one that a wrong name may mean, of those beside it. */
function nearestTo(namespace: Namespace, name: string): string {
  const separator = name.includes('/') ? '/' : '.';
  const parts = name.split(separator);
  const last = parts.pop() ?? '';
  const near = nearestWord(last, listSysctls(engineOf(namespace).netns, parts.join(separator)));
  return near === undefined ? '' : ` (the nearest is ${[...parts, near].join(separator)})`;
}

/** Why a write was refused; the kernel itself says nothing. */
function causeOf(
  namespace: Namespace,
  code: string | undefined,
  name: string,
  value: string | number,
): string | undefined {
  const refused = code && whyRefused('sysctl', code);
  if (refused) return refused;
  if (code === 'EACCES' || code === 'EPERM') return `${name} cannot be written in a network namespace of a lab`;
  if (code !== 'EINVAL' && code !== 'ERANGE') return undefined;
  const now = readSysctls(engineOf(namespace).netns, [name]).get(name);
  const form = now === undefined ? '' : `; it is ${show(now)} now: give it a value of that form`;
  return `the kernel refuses ${show(value)}${form}`;
}
