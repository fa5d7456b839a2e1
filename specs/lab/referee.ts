import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { expect, KernelError, type Namespace } from 'hairpin';
import { NetNamespace } from '../../lib/kernel/namespaces/net-namespace.ts';
import { findProgram } from '../../lib/kernel/programs/find-program.ts';

/** A device as iproute2 reads it: the fields that specs look at. */
export interface IpLink {
  ifindex: number;
  ifname: string;
  link_index?: number;
  link_netnsid?: number;
  altnames?: string[];
  inet6_addr_gen_mode?: string;
  address: string;
  mtu: number;
  flags: string[];
  operstate: string;
  promiscuity: number;
  master?: string;
  linkinfo: { info_kind: string; info_data?: Record<string, unknown> };
}

/** `ip -j -d link show dev NAME`: an independent reader of what hairpin claims. */
export async function ipLink(namespace: Namespace, name: string): Promise<IpLink> {
  const [link] = await read<IpLink>(namespace, 'ip', ['-j', '-d', 'link', 'show', 'dev', name]);
  if (!link) throw new Error(`ip link shows no ${name}`);
  return link;
}

/** {@link ipLink}, once a worker of the kernel's (`linkwatch_do_dev`), which may take its second, has told that it is up. */
export async function ipLinkUp(namespace: Namespace, name: string): Promise<IpLink> {
  await expect.poll(async () => (await ipLink(namespace, name)).operstate).toBe('UP');
  return ipLink(namespace, name);
}

/** The names of all devices of a namespace, without the kernel's own. */
export async function ipLinkNames(namespace: Namespace): Promise<string[]> {
  const links = await read<IpLink>(namespace, 'ip', ['-j', '-d', 'link']);
  return links.filter(({ linkinfo }) => linkinfo).map(({ ifname }) => ifname);
}

/** `10.0.0.1/24` … of a device, as `ip address` has them, IPv4 first; link-local ones left out. */
export async function ipAddresses(namespace: Namespace, name: string): Promise<string[]> {
  type Shown = { addr_info: { local: string; prefixlen: number; scope: string }[] };
  const shown = await read<Shown>(namespace, 'ip', ['-j', 'address', 'show', 'dev', name]);
  return shown
    .flatMap(({ addr_info }) => addr_info)
    .filter(({ scope }) => scope === 'global')
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

/** `ip route`, the routes that were added by hand or by the lab: not those of the kernel's own (`proto kernel`). */
export async function ipRoutes(namespace: Namespace, family: 4 | 6 = 4): Promise<Record<string, unknown>[]> {
  const routes = await read<Record<string, unknown>>(namespace, 'ip', ['-j', `-${family}`, 'route']);
  return routes.filter(({ protocol }) => protocol !== 'kernel');
}

/** `ip rule`, without the three rules that the kernel makes itself. */
export async function ipRules(namespace: Namespace, family: 4 | 6 = 4): Promise<Record<string, unknown>[]> {
  const rules = await read<Record<string, unknown>>(namespace, 'ip', ['-j', `-${family}`, 'rule']);
  return rules.filter(({ priority }) => ![0, 32766, 32767].includes(Number(priority)));
}

/** `bridge -j -d link show dev NAME`. */
export async function bridgeLink(namespace: Namespace, name: string): Promise<Record<string, unknown>> {
  const [port] = await read<Record<string, unknown>>(namespace, 'bridge', ['-j', '-d', 'link', 'show', 'dev', name]);
  if (!port) throw new Error(`bridge link shows no ${name}`);
  return port;
}

/** {@link bridgeLink} of every port, by its name: one program for all. */
export async function bridgeLinks(namespace: Namespace): Promise<Record<string, Record<string, unknown>>> {
  const ports = await read<Record<string, unknown>>(namespace, 'bridge', ['-j', '-d', 'link']);
  return Object.fromEntries(ports.map((port) => [port['ifname'], port]));
}

/** The most that a program prints, in bytes: a thousand devices take one or two millions. */
const MOST = 2 ** 26;

/** A program's JSON. `exec` would take twice the processor time, for what a program that ends at once does not need. */
export async function read<T>(namespace: Namespace, program: string, args: string[]): Promise<T[]> {
  const path = findProgram(program) ?? program;
  const stdout = namespace.run(() =>
    execFileSync(path, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: MOST }),
  );
  return stdout === '' ? [] : JSON.parse(stdout);
}

/** What a call that the kernel refuses says, without the kernel's own sentence, which differs between versions. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof KernelError) return error.message.replace(/\n {2}(kernel|attribute): .*/g, '');
    throw error;
  }
  throw new Error('the kernel did not refuse');
}

/**
 * A descriptor of a namespace's network, to be closed by the spec. The kernel gives the inode of a network that is gone to the next
 * one (`proc_alloc_inum`), and that may be another test's.
 */
export function keep(namespace: Namespace): NetNamespace {
  return NetNamespace.open(namespace.path);
}

/** The processes inside a network namespace, whoever started them. */
export function processesIn({ inode }: { inode: number }): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && linkOf(`/proc/${pid}/ns/net`) === `net:[${inode}]`);
}

/** What this process holds a descriptor of, as in `net:[4026531840]`. */
export function heldDescriptors(): (string | undefined)[] {
  return readdirSync('/proc/self/fd').map((fd) => linkOf(`/proc/self/fd/${fd}`));
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // The process, or the descriptor, is gone meanwhile.
    return undefined;
  }
}
