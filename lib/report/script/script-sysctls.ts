import { sysctlPath } from '../../kernel/namespaces/sysctl.ts';
import type { WholeNamespace } from '../lab-state.ts';
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

/** The MTU of IPv6 on a device, which is the device's MTU again as soon as that comes up or gets its carrier (`addrconf_notify`). */
const MTU_OF_IPV6 = /^net[./]ipv6[./]conf[./](?!(?:all|default)[./])(.*)[./]mtu$/s;

/** Sets what single devices have otherwise, except {@link ipv6MtuLines}. */
export function deviceSysctlLines(namespace: WholeNamespace): string[] {
  return linesOf(namespace, (key) => isOfDevice(key) && !MTU_OF_IPV6.test(key));
}

/** Sets the MTUs of IPv6 that are less than those of their devices, once these have their carriers. */
export function ipv6MtuLines(namespace: WholeNamespace): string[] {
  const { name, links, changedSysctls } = namespace;
  const devices = Object.keys(changedSysctls).map((key) => MTU_OF_IPV6.exec(key)?.[1]);
  const late = links.filter((link) => link.up && link.carrier && devices.includes(link.name));
  const waits = late.map((link) => {
    const show = shellLine('ip', '-n', name, 'link', 'show', 'dev', link.name);
    return shellLine('timeout', '30', 'sh', '-c', `while ${show} | grep -q NO-CARRIER; do sleep 0.1; done`);
  });
  return [...waits, ...linesOf(namespace, (key) => MTU_OF_IPV6.test(key))];
}

function linesOf({ name, changedSysctls }: WholeNamespace, isWanted: (key: string) => boolean): string[] {
  return Object.entries(changedSysctls)
    .filter(([key]) => isWanted(key))
    .map(([key, value]) => {
      const command = ['ip', 'netns', 'exec', name];
      if (/^[\w./-]+$/.test(key)) return shellLine(...command, 'sysctl', '-q', '-w', `${key}=${value}`);
      // sysctl(8) would take a device's name apart at `=`, and its wildcards for wildcards.
      return `${shellLine('echo', value)} | ${shellLine(...command, 'tee', sysctlPath(key))} >/dev/null`;
    });
}
