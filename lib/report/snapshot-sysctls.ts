import { readSysctls } from '../kernel/sysctl.ts';
import type { Namespace } from '../lab/index.ts';
import { changedSysctls } from '../state/changed-sysctls.ts';
import type { NamespaceState } from '../state/network-state.ts';
import { freshSysctls } from '../state/read-sysctls.ts';

/** The sysctls that somebody changed, in an order in which they can be written again. */
export function snapshotSysctls(namespace: Namespace, state: NamespaceState): Record<string, string> {
  const told = changedSysctls(state, freshSysctls(), { inherited: namespace.role !== 'switch' });
  // What a spec has set itself is said in any case, of whatever kind.
  const { sysctls } = state;
  const written = [...namespace.sysctl.written].filter(
    (name) => sysctls[name] === undefined && sysctls[otherNotation(name)] === undefined,
  );
  return { ...told, ...Object.fromEntries(readSysctls(namespace.handle, written)) };
}

/** sysctl(8) takes dots, and slashes. */
function otherNotation(name: string): string {
  return name.includes('/') ? name.replaceAll('/', '.') : name.replaceAll('.', '/');
}
