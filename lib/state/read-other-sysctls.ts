import { readdirSync } from 'node:fs';
import { unlessCode } from '../base/has-code.ts';
import { once } from '../base/once.ts';
import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { readSysctls } from '../kernel/namespaces/sysctl.ts';
import { isDecisive } from './decisive-sysctls.ts';
import { chosenByMachine } from './inherited-sysctls.ts';
import type { Link } from './network-state.ts';

const LOOPBACK = 'lo';

/** What decides over IP. What TCP, UDP and connection tracking have is passed over. */
const FOLDERS = [
  ...['net/ipv4', 'net/ipv4/conf/all', 'net/ipv4/conf/default'],
  ...['net/ipv6', 'net/ipv6/icmp', 'net/ipv6/conf/all', 'net/ipv6/conf/default'],
  ...['net/ipv4/route', 'net/ipv6/route', 'net/bridge'],
];
const LEFT_OUT = /^net\/(ipv4\/(tcp|udp)_.*|.*\/mc_forwarding)$/s;
/** Other names of settings, in coarser units. */
const OF_NEIGHBOURS_LEFT_OUT = /\/neigh\/[^/]+\/(retrans_time|base_reachable_time|unres_qlen)$/;
const OF_DEVICES = ['net/ipv4/conf', 'net/ipv6/conf', 'net/ipv4/neigh', 'net/ipv6/neigh'] as const;

/**
 * The settings of a namespace, and of its devices, that somebody changed and that are not among the decisive ones. They are in an
 * order in which they can be written again.
 */
export function readOtherSysctls(namespace: NetNamespace, links: readonly Link[]): Record<string, string> {
  const before = freshOthers();
  // The loopback is there from the beginning, before anybody changes a default.
  const now = readAll(namespace, [...FOLDERS, ...foldersOf(LOOPBACK)]);
  const devices = links.map(({ name }) => name).filter((name) => name !== LOOPBACK);
  const ofDevices = devices.flatMap((device) => {
    const own = readAll(namespace, foldersOf(device));
    const changed = [...own].filter(([name, value]) => {
      // A new device takes those of its neighbours from the whole machine (neigh_parms_alloc), as a new loopback has them.
      if (name.includes('/neigh/')) return value !== before.get(dotted([ofAnother(name, LOOPBACK), value])[0]);
      return value !== now.get(ofAnother(name, 'default'));
    });
    return device.includes('.') ? changed : changed.map(dotted);
  });
  return Object.fromEntries([
    ...[...now].map(dotted).filter(([name, value]) => value !== before.get(name) || isChosen(name, value)),
    ...ofDevices,
  ]);
}

/** The same setting of another device. */
function ofAnother(name: string, device: string): string {
  return name.replace(/^(net\/ipv[46]\/\w+)\/[^/]+\//s, (_, folder) => `${folder}/${device}/`);
}

function foldersOf(device: string): string[] {
  return OF_DEVICES.map((folder) => `${folder}/${device}`);
}

/** A new namespace has it, too, but only because the machine has: a lab has the kernel's own. */
function isChosen(name: string, value: string): boolean {
  const kernels = chosenByMachine().get(name);
  return kernels !== undefined && value !== kernels;
}

function dotted([name, value]: readonly [string, string]): [string, string] {
  return [name.replaceAll('/', '.'), value];
}

/** What every new namespace of this kernel has of them. */
const freshOthers = once((): ReadonlyMap<string, string> => {
  using namespace = NetNamespace.create();
  return new Map([...readAll(namespace, [...FOLDERS, ...foldersOf(LOOPBACK)])].map(dotted));
});

function readAll(namespace: NetNamespace, folders: readonly string[]): Map<string, string> {
  const names = namespace.run(() => folders.flatMap(namesIn));
  return readSysctls(
    namespace,
    names.filter((name) => !LEFT_OUT.test(name) && !OF_NEIGHBOURS_LEFT_OUT.test(name) && !isDecisive(name)),
  );
}

function namesIn(folder: string): string[] {
  const list = () => readdirSync(`/proc/sys/${folder}`, { withFileTypes: true });
  // This kernel may lack a folder, such as that of br_netfilter.
  return unlessCode(['ENOENT'], list, [])
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${folder}/${name}`);
}
