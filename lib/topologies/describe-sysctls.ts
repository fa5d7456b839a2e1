import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { readSysctls, writeSysctl } from '../kernel/namespaces/sysctl.ts';
import { type Defaults, type Role, sysctlsOf } from '../lab/role.ts';
import type { WholeNamespace } from '../report/lab-state.ts';
import { isOfDevice } from '../report/script/script-sysctls.ts';
import { secretsFirst } from '../state/changed-sysctls.ts';
import { generalNames, propagatedFrom } from '../state/decisive-sysctls.ts';
import { chosenByMachine } from '../state/inherited-sysctls.ts';
import type { Mapping } from './topology.ts';

/** The sysctls of a namespace that are not as a lab makes them, in an order in which they can be written. */
export function describeSysctls({ sysctls, changedSysctls, role }: WholeNamespace, defaults: Defaults): Mapping {
  const general = new Set(generalNames());
  const usual = usualSysctls(role, defaults, [...general, ...Object.keys(changedSysctls)]);
  const differs = (name: string) => sysctls[name] !== undefined && sysctls[name] !== usual.get(name);
  const changed = [...general].flatMap((name) => {
    const source = propagatedFrom(name);
    // The kernel writes its source's value on to it, so it is changed where it has another one, be that the usual one.
    const isHandedOn = source !== undefined && differs(source);
    const value = isHandedOn ? changedSysctls[name] : differs(name) ? sysctls[name] : undefined;
    return value === undefined ? [] : [[name, value]];
  });
  const others = Object.entries(changedSysctls).filter(([name, value]) => {
    // Some are of the whole machine, and /proc shows them in the initial namespace only.
    const isOfNamespace = usual.has(name) || isOfDevice(name);
    return !general.has(name) && isOfNamespace && value !== usual.get(name) && !follows(name, value, sysctls);
  });
  return Object.fromEntries(Object.entries(secretsFirst(Object.fromEntries([...changed, ...others]))).map(asNumber));
}

/** Whether the kernel sets it so by itself. */
function follows(name: string, value: string, sysctls: Readonly<Record<string, string>>): boolean {
  // A device that has no ARP looks for no duplicates, whatever the others do (ipv6_add_dev).
  if (/[./]accept_dad$/.test(name)) return value === '-1';
  // A router takes no redirects (inet_forward_change).
  return name === 'net.ipv4.conf.all.accept_redirects' && value !== sysctls['net.ipv4.ip_forward'];
}

/** A number is one, where it is written the same. */
function asNumber([name, value]: (string | undefined)[]): [string, unknown] {
  return [String(name), String(Number(value)) === value ? Number(value) : value];
}

/** What a new namespace of a lab has. */
function usualSysctls(role: Role, defaults: Defaults, names: readonly string[]): ReadonlyMap<string, string> {
  using namespace = NetNamespace.create();
  for (const [name, value] of chosenByMachine()) writeSysctl(namespace, name, value);
  for (const { name, value } of sysctlsOf(role, defaults)) writeSysctl(namespace, name, value);
  return readSysctls(namespace, names);
}
