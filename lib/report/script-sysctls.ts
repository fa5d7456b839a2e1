import { sysctlPath } from '../kernel/sysctl.ts';
import type { WholeNamespace } from './lab-state.ts';
import { quote, shellLine } from './shell-words.ts';

/** A device's own; `all` and `default` are no devices. */
const OF_DEVICE = /^net[./](?:ipv[46][./](?:conf|neigh)|mpls[./]conf)[./](?!(?:all|default)[./])/;

/** Whether a sysctl is a single device's, so that it is there with the device only. */
export function isOfDevice(sysctl: string): boolean {
  return OF_DEVICE.test(sysctl);
}

/** Sets what new devices take, for all namespaces at once that have it the same. */
export function generalSysctlLines(namespaces: readonly WholeNamespace[]): string[] {
  const groups = Map.groupBy(namespaces, ({ changedSysctls }) =>
    Object.entries(changedSysctls)
      .filter(([key]) => !isOfDevice(key))
      .map(([key, value]) => quote(`${key}=${value}`))
      .join(' \\\n    '),
  );
  return [...groups].flatMap(([words, group]) => {
    if (words === '') return [];
    const names = group.map(({ name }) => quote(name)).join(' ');
    return [`for name in ${names}; do`, `  ip netns exec "$name" sysctl -q -w \\\n    ${words}`, 'done'];
  });
}

/** Sets what single devices have otherwise. */
export function deviceSysctlLines({ name, changedSysctls }: WholeNamespace): string[] {
  return Object.entries(changedSysctls)
    .filter(([key]) => isOfDevice(key))
    .map(([key, value]) => {
      const command = ['ip', 'netns', 'exec', name];
      if (/^[\w./-]+$/.test(key)) return shellLine(...command, 'sysctl', '-q', '-w', `${key}=${value}`);
      // sysctl(8) would take a device's name apart at `=`, and its wildcards for wildcards.
      return `${shellLine('echo', value)} | ${shellLine(...command, 'tee', sysctlPath(key))} >/dev/null`;
    });
}
