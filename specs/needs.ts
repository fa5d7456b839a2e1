import { accessSync, constants, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { beforeEach, createLab, describe, KernelError, kernelOption, type PortOptions, supports } from 'hairpin';
import { findProgram } from '../lib/kernel/programs/find-program.ts';
import { PORT_RULES } from '../lib/links/bridge-port.ts';
import programs from './programs.json' with { type: 'json' };

const PACKAGES = { ...programs.core, ...programs.all };

type Program = keyof typeof PACKAGES;

/**
 * Skips the tests of this file, or of the suite that calls it, where a program is not installed. Every spec may run
 * `ip`, `bridge`, `tc`, `ping` and `nft` without asking.
 */
export function needs(...names: Program[]): void {
  const why = withoutPrograms(...names);
  beforeEach(({ skip }) => {
    if (!why) return;
    // CI installs all programs of the core. A skip would hide that the README does not.
    if (process.env['CI'] && names.every((name) => name in programs.core)) throw new Error(why);
    skip(why);
  });
}

/** Why programs cannot be run here, with their Debian packages, for `skip`. */
export function withoutPrograms(...names: Program[]): string | false {
  const missing = names.filter((name) => !findProgram(name));
  const packages = new Set(missing.map((name) => PACKAGES[name]));
  return missing.length > 0 && `needs ${missing.join(', ')}: apt-get install ${[...packages].join(' ')}`;
}

type Kind = Parameters<typeof supports>[0];
type Need = Kind | readonly [kind: Kind, settings: object];

/** Bridges that look at VLANs. */
export const VLAN_FILTERING = ['bridge', { vlanFiltering: true }] as const;

/**
 * Specs that need kinds of links which not every kernel has, or settings of one: skipped where one is missing. The title
 * names the options of all, so that it is the same on each kernel: CI looks whether what one skips ran on another.
 */
export function describeNeeding(needed: readonly Need[], specs: () => void | Promise<void>): void {
  const all = needed.map((need): [Kind, object] => (isPair(need) ? [...need] : [need, {}]));
  const options = new Set(all.map(([kind, settings]) => kernelOption(kind, settings)));
  describe.skipIf(all.some(([kind, settings]) => !supports(kind, settings)))(`needs ${[...options].join(', ')}`, specs);
}

function isPair(need: Need): need is readonly [Kind, object] {
  return Array.isArray(need);
}

/**
 * Specs of a setting of ports that newer kernels have: skipped where it is missing, under a title that names the version.
 *
 * @throws Error if the kernel is new enough and hairpin does not find the setting: its attribute may have a wrong number
 */
export async function describeNeedingPortOption(option: keyof PortOptions, specs: () => void): Promise<void> {
  const { since = '0.0', needs: built } = PORT_RULES[option] ?? {};
  const has = await hasPortOption(option);
  if (!has && !built && !isOlderThan(since))
    throw new Error(
      `Linux ${release()} must have ${option} of ports, which came with ${since}: hairpin does not find it. Is its number in bridgePort right?`,
    );
  describe.skipIf(!has)(`needs Linux ${since}, for ${option} of ports`, specs);
}

/** Whether the running kernel is older than a version, such as 6.4. */
function isOlderThan(version: string): boolean {
  const [own = 0, wanted = 0] = [release(), version].map((each) => {
    const [major = 0, minor = 0] = each.split(/[.-]/).map(Number);
    return major * 1000 + minor;
  });
  return own < wanted;
}

async function hasPortOption(option: keyof PortOptions): Promise<boolean> {
  await using lab = createLab();
  return lab.cable(lab.namespace('a'), lab.switch('sw')).b.settings[option] !== undefined;
}

/** Specs of links that netem impairs: skipped where the kernel has none, under a title that names its option. */
export async function describeImpairing(specs: () => void | Promise<void>): Promise<void> {
  describe.skipIf(!(await hasNetem()))('needs CONFIG_NET_SCH_NETEM', specs);
}

/** By trying. */
async function hasNetem(): Promise<boolean> {
  await using lab = createLab();
  const { a } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  try {
    a.impair({ loss: 1 });
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Specs of filters (`tc filter`) with actions: skipped where the kernel has none, under a title that names its options. */
export async function describeFiltering(specs: () => void): Promise<void> {
  describe.skipIf(!(await hasFilters()))('needs CONFIG_NET_CLS_FLOWER, CONFIG_NET_ACT_GACT', specs);
}

/** Specs of filters that take packets to another device. */
export async function describeRedirecting(specs: () => void): Promise<void> {
  const redirect = 'u32 match u32 0 0 action mirred egress redirect dev lo';
  describe.skipIf(!(await hasFilters(redirect)))('needs CONFIG_NET_CLS_U32, CONFIG_NET_ACT_MIRRED', specs);
}

/** Specs of filters that change the addresses of packets. */
export async function describeChangingPackets(specs: () => void): Promise<void> {
  const actions = ['pedit ex munge ip ttl set 3', 'csum ip', 'nat ingress 10.0.0.1 10.0.0.2', 'skbedit mark 3'];
  const has = await hasFilters(`u32 match u32 0 0 ${actions.map((each) => `action ${each} pipe`).join(' ')}`);
  describe.skipIf(!has)('needs CONFIG_NET_CLS_U32, CONFIG_NET_ACT_PEDIT, _CSUM, _NAT, _SKBEDIT', specs);
}

/** Specs of every kind of filter and action that `iface.filter` makes. */
export async function describeFilterActions(specs: () => void): Promise<void> {
  const actions = ['mirred egress mirror dev lo', 'vlan pop', 'skbedit mark 3', 'csum ip4h', 'tunnel_key unset'];
  const words = actions.map((each) => `action ${each} pipe`).join(' ');
  const has = (await hasFilters(`flower ${words} action pass`)) && (await hasFilters(`matchall ${words} action pass`));
  const options = [
    'CLS_FLOWER',
    'CLS_MATCHALL',
    'ACT_GACT',
    'ACT_MIRRED',
    'ACT_VLAN',
    'ACT_SKBEDIT',
    'ACT_CSUM',
    'ACT_TUNNEL_KEY',
  ];
  describe.skipIf(!has)(`needs ${options.map((each) => `CONFIG_NET_${each}`).join(', ')}`, specs);
}

/** Specs of filters that look packets up among the connections. */
export async function describeTracking(specs: () => void): Promise<void> {
  const has = await hasFilters('flower ct_state -trk action ct pipe');
  describe.skipIf(!has)('needs CONFIG_NET_CLS_FLOWER, CONFIG_NET_ACT_CT', specs);
}

/** The same in zones. */
export async function describeZones(specs: () => void): Promise<void> {
  const has = await hasFilters('flower ct_state -trk action ct zone 7 pipe');
  describe.skipIf(!has)('needs CONFIG_NET_CLS_FLOWER, CONFIG_NET_ACT_CT, CONFIG_NF_CONNTRACK_ZONES', specs);
}

/** Specs of queueing disciplines with several queues. */
export async function describeQueues(specs: () => void): Promise<void> {
  const options = ['PRIO', 'CODEL', 'FQ_CODEL', 'FIFO', 'INGRESS'].map((each) => `CONFIG_NET_SCH_${each}`);
  describe.skipIf(!(await hasQueues()))(`needs ${options.join(', ')}`, specs);
}

/** By trying. */
async function hasQueues(): Promise<boolean> {
  await using lab = createLab();
  const { a } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  const words = [
    'root prio',
    'root codel',
    'root fq_codel',
    'root bfifo limit 9',
    'root pfifo_head_drop limit 9',
    'clsact',
  ];
  for (const each of words) {
    const args = ['qdisc', 'replace', 'dev', a.name, ...each.split(' ')];
    const { exitCode } = await a.namespace.exec('tc', args, { reject: false });
    if (exitCode !== 0) return false;
  }
  return true;
}

/** By trying. */
async function hasFilters(filter = 'flower ip_proto icmp action pass'): Promise<boolean> {
  await using lab = createLab();
  const host = lab.namespace('host');
  const tc = (words: string) => host.exec('tc', words.split(' '), { reject: false });
  await tc('qdisc add dev lo clsact');
  const { exitCode } = await tc(`filter add dev lo ingress protocol ip ${filter}`);
  return exitCode === 0;
}

/** Why no tun or tap can be made here, for `skip`: some machines keep the device node for root. */
export function withoutTun(): string | false {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return false;
  } catch {
    return 'needs a /dev/net/tun that may be opened';
  }
}

/**
 * Specs that open character devices, which in a user namespace nobody may (`vfs_mknod` asks for CAP_MKNOD of the host):
 * there they are skipped.
 */
export function describeOpeningTaps(specs: () => void | Promise<void>): void {
  describe.skipIf(!isHostsRoot())('needs root of the host, for device nodes', specs);
}

/** Specs that load BPF programs, which in a user namespace nobody may (`bpf_prog_load` asks for CAP_BPF of the host). */
export function describeLoadingPrograms(specs: () => void): void {
  describe.skipIf(!isHostsRoot())('needs root of the host, for BPF programs', specs);
}

/**
 * Specs that have tcpdump capture. Debian's gives its privileges up, which it may not in a user namespace with one user:
 * there they are skipped.
 */
export function describeCapturing(specs: () => void): void {
  describe.skipIf(!isHostsRoot())('needs root of the host, for tcpdump', specs);
}

/** Specs that run `npm run bench`, which is root's: in a user namespace they are skipped. */
export function describeBenchmarks(specs: () => void): void {
  describe.skipIf(!isHostsRoot())('needs root of the host, for npm run bench', specs);
}

/** The whole range of ids, mapped to itself, is the host's own user namespace. */
function isHostsRoot(): boolean {
  return /^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8'));
}

/** Specs of segment routing: skipped where the kernel has none, under a title that names its option. */
export async function describeSegmentRouting(specs: () => void | Promise<void>): Promise<void> {
  describe.skipIf(!(await hasSegmentRouting()))('needs CONFIG_IPV6_SEG6_LWTUNNEL', specs);
}

/** By trying. */
async function hasSegmentRouting(): Promise<boolean> {
  await using lab = createLab();
  const { a: dev } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  try {
    dev.namespace.route.add({ to: 'fcff::1', dev, encap: { seg6local: { action: 'End' } } });
    return true;
  } catch (error) {
    if (error instanceof KernelError && error.code === 'EOPNOTSUPP') return false;
    throw error;
  }
}
