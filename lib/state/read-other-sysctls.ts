import { readdirSync } from 'node:fs';
import { hasCode } from '../kernel/has-code.ts';
import { NetNamespace } from '../kernel/net-namespace.ts';
import { readSysctls } from '../kernel/sysctl.ts';
import { isDecisive } from './decisive-sysctls.ts';

/** What decides over IP. What TCP, UDP, connection tracking and each device have besides would cost ten times the time to read. */
const FOLDERS = [
  ...['net/ipv4', 'net/ipv4/conf/all', 'net/ipv4/conf/default'],
  ...['net/ipv6', 'net/ipv6/icmp', 'net/ipv6/conf/all', 'net/ipv6/conf/default', 'net/bridge'],
];
const LEFT_OUT = /^net\/(ipv4\/(tcp|udp)_.*|ipv6\/conf\/.*\/stable_secret)$/;

let fresh: ReadonlyMap<string, string> | undefined;

/** The settings of a namespace that somebody changed and that are not among the decisive ones. */
export function readOtherSysctls(namespace: NetNamespace): Record<string, string> {
  fresh ??= readFresh();
  const before = fresh;
  const changed = [...readAll(namespace)].filter(([name, value]) => value !== before.get(name));
  return Object.fromEntries(changed.map(([name, value]) => [name.replaceAll('/', '.'), value]));
}

function readFresh(): ReadonlyMap<string, string> {
  using namespace = NetNamespace.create();
  return readAll(namespace);
}

function readAll(namespace: NetNamespace): Map<string, string> {
  const names = namespace.run(() => FOLDERS.flatMap(namesIn));
  return readSysctls(
    namespace,
    names.filter((name) => !LEFT_OUT.test(name) && !isDecisive(name)),
  );
}

function namesIn(folder: string): string[] {
  const entries = existing(() => readdirSync(`/proc/sys/${folder}`, { withFileTypes: true }));
  return entries.filter((entry) => entry.isFile()).map(({ name }) => `${folder}/${name}`);
}

/** This kernel may lack a folder, such as that of br_netfilter. */
function existing<T>(list: () => T[]): T[] {
  try {
    return list();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}
