import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { unlessCode } from '../../base/has-code.ts';
import { once } from '../../base/once.ts';
import { capabilitiesAbsentFrom } from './capability-sets.ts';
import { ownNamespacesCommand } from './own-namespaces.ts';
import { isRootOfMachine } from './user-namespace.ts';

/** What a lab does that a machine may refuse. */
export type Need = 'user namespace' | 'network namespace' | 'way back' | 'network change' | 'packet socket' | 'sysctl';

/** What decides whether a machine refuses it. */
export interface Machine {
  isRoot: boolean;
  /** Root of the machine, and not of a user namespace alone. */
  isRootOfMachine: boolean;
  /** Capabilities that the process lacks. */
  lacking: readonly string[];
  /** Whether a seccomp filter looks at its system calls. */
  isFiltered: boolean;
  isInContainer: boolean;
  /** `/proc/version`. */
  version: string;
  /** Those of {@link SYSCTLS} that this kernel has. */
  sysctls: ReadonlyMap<string, string>;
  hasUserNamespaces: boolean;
  /** Whether vitest has started it. */
  isOfVitest: boolean;
}

const CLONE = 'kernel.unprivileged_userns_clone';
const APPARMOR = 'kernel.apparmor_restrict_unprivileged_userns';
const LIMITS = ['user.max_user_namespaces', 'user.max_net_namespaces', 'user.max_mnt_namespaces'] as const;
const SYSCTLS = [CLONE, APPARMOR, ...LIMITS];

/** More than anybody has at once. */
const ROOM = 15_000;

/**
 * Why this process cannot start a program in namespaces of its own, as hairpin's pool does with each worker, and what to
 * do about it: one sentence. Undefined when it can. Found out by trying.
 *
 * @throws Error without util-linux's `unshare`
 */
export function whyNoNamespaces(): string | undefined {
  const [command, ...words] = [...ownNamespacesCommand(), process.execPath, '--version'];
  const { error, status, stderr } = spawnSync(command as string, words, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error) throw error;
  if (status === 0) return undefined;
  const machine = readMachine();
  const code = ERRNOS.find(([, words]) => stderr.includes(words))?.[0] ?? '';
  const need = machine.isRoot ? 'network namespace' : 'user namespace';
  return whyRefused(need, code, machine) ?? stderr.trim();
}

/** What `unshare` says, by `strerror`. */
const ERRNOS = [
  ['EPERM', 'Operation not permitted'],
  ['EACCES', 'Permission denied'],
  ['ENOSPC', 'No space left on device'],
  ['EINVAL', 'Invalid argument'],
] as const;

/**
 * Why the machine refused what a lab does, and what to do about it: one sentence, wherever it is said.
 *
 * @param code the errno's name
 * @returns undefined for an errno that says nothing of the machine
 */
export function whyRefused(need: Need, code: string, machine?: Machine): string | undefined {
  // The machine has not refused that; and without a descriptor it cannot be looked at.
  if (code === 'EMFILE' || code === 'ENFILE') return undefined;
  return whyRefusedBy(machine ?? readMachine(), need, code);
}

function whyRefusedBy(machine: Machine, need: Need, code: string): string | undefined {
  // WSL 1 passes for a kernel 4.4.0-…-Microsoft; that of WSL 2 is a …-microsoft-standard-WSL2.
  if (machine.version.includes('Microsoft'))
    return 'WSL 1 has no namespaces: wsl --set-version DISTRIBUTION 2, in PowerShell';
  switch (need) {
    case 'user namespace':
      return whyNoUserNamespace(code, machine);
    case 'network namespace':
      return whyNoNetworkNamespace(code, machine);
    case 'way back':
      // Where CAP_SYS_ADMIN is lacking, unshare says so.
      return code === 'EPERM' && machine.isRoot && !machine.lacking.includes('CAP_SYS_ADMIN')
        ? FOREIGN_NETWORK
        : undefined;
    case 'network change':
      if (code !== 'EPERM') return undefined;
      return (
        whyLacking('CAP_NET_ADMIN', machine) ?? `changing a network takes CAP_NET_ADMIN in its namespace: ${BE_ROOT}`
      );
    case 'packet socket':
      if (code !== 'EPERM') return undefined;
      return (
        whyLacking('CAP_NET_RAW', machine) ?? `a raw or packet socket takes CAP_NET_RAW in its namespace: ${BE_ROOT}`
      );
    case 'sysctl':
      return code === 'EROFS'
        ? `/proc/sys is read-only here, as in a plain container: ${containerMend(machine)}`
        : undefined;
  }
}

const FOREIGN_NETWORK =
  'this process is root of a user namespace, but its network belongs to another: start it by ' +
  'unshare --map-root-user --net --mount';
const BE_ROOT = 'run as root, or through the pool of hairpin/config';

/** Why the kernel lacks something, and what brings it: one sentence, wherever it is said. */
export function whyMissing(
  what: string,
  { option, module }: { option: string; module?: string | undefined },
  version = kernelVersion(),
): string {
  return (
    `this kernel has no ${what}: it needs ${option}${module ? ` (modprobe ${module})` : ''}` +
    (version.includes('microsoft-standard')
      ? '; wsl --update, in PowerShell, or a kernel of your own (kernel=… in .wslconfig)'
      : '')
  );
}

const kernelVersion = once(() => readFileSync('/proc/version', 'utf8'));

function whyNoNetworkNamespace(code: string, machine: Machine): string | undefined {
  if (code === 'ENOSPC') return whyNoRoom(machine, ['user.max_net_namespaces']);
  if (code === 'EINVAL') return 'this kernel has no network namespaces: it needs CONFIG_NET_NS';
  if (code !== 'EPERM' && code !== 'EACCES') return undefined;
  if (machine.isRoot) {
    return (
      whyLacking('CAP_SYS_ADMIN', machine) ??
      (machine.isRootOfMachine ? undefined : restrictedByAppArmor(machine)) ??
      (machine.isFiltered
        ? `a seccomp filter forbids new namespaces, as in a plain container: ${containerMend(machine)}`
        : 'a security module, such as AppArmor or SELinux, forbids new namespaces: its log, in dmesg, names the rule')
    );
  }
  const obstacle = userNamespaceObstacle(machine);
  return (
    'a new network namespace takes CAP_SYS_ADMIN: run as root, ' +
    (machine.isOfVitest
      ? "or let the pool of hairpin/config make a user namespace for each worker: plugins: [hairpin()] in vitest's " +
        'config, in each of its projects, and no other pool'
      : 'or as root of a user namespace: unshare --map-root-user --net --mount node script.ts') +
    (obstacle ? `; as it is, ${obstacle}` : '')
  );
}

function whyNoUserNamespace(code: string, machine: Machine): string | undefined {
  const obstacle = userNamespaceObstacle(machine);
  if (obstacle) return obstacle;
  if (code === 'ENOSPC') return whyNoRoom(machine, LIMITS);
  if (code !== 'EPERM' && code !== 'EACCES') return undefined;
  return machine.isInContainer || machine.isFiltered
    ? `a seccomp filter forbids user namespaces, as in a plain container: ${containerMend(machine)}`
    : undefined;
}

/** What keeps an ordinary user from being root of a user namespace, as far as the machine's settings say. */
function userNamespaceObstacle(machine: Machine): string | undefined {
  const { hasUserNamespaces, sysctls } = machine;
  if (!hasUserNamespaces) return 'this kernel has no user namespaces (CONFIG_USER_NS): run as root';
  if (sysctls.get(CLONE) === '0')
    return `only root may make user namespaces (${CLONE} is 0): run as root, or ${set(CLONE, 1)}`;
  const none = LIMITS.find((limit) => sysctls.get(limit) === '0');
  if (none) return `an ordinary user may make no namespaces (${none} is 0): run as root, or ${set(none, ROOM)}`;
  return machine.isInContainer ? undefined : restrictedByAppArmor(machine);
}

/** Ubuntu, from 23.10 on: who makes a user namespace has no capabilities there (the profile `unprivileged_userns`). */
function restrictedByAppArmor({ sysctls }: Machine): string | undefined {
  if (sysctls.get(APPARMOR) !== '1') return undefined;
  return `AppArmor withholds capabilities in an ordinary user's namespaces (${APPARMOR} is 1): run as root, or ${set(APPARMOR, 0)}`;
}

/** A user namespace has its own limits, and counts towards those of the ones above (`inc_ucount`). */
function whyNoRoom({ sysctls }: Machine, limits: readonly string[]): string {
  const values = limits.map((limit) => `${limit} is ${sysctls.get(limit) ?? 'not to be read'}`).join(', ');
  return (
    `the limit of namespaces is reached (${values}; labs that have ended count until the kernel has taken them down): ` +
    `raise it, here or in the user namespace above: ${limits.map((limit) => set(limit, ROOM)).join(', ')}`
  );
}

/** Root without a capability: somebody took it away. */
function whyLacking(capability: string, machine: Machine): string | undefined {
  if (!machine.isRoot || !machine.lacking.includes(capability)) return undefined;
  return `root has no ${capability} here, as in a plain container: ${containerMend(machine)}`;
}

/**
 * What lets a container run labs. Docker's seccomp profile allows namespaces to who has CAP_SYS_ADMIN alone, its AppArmor
 * profile forbids mounts, and /proc/sys is one of its read-only paths.
 */
function containerMend({ isRootOfMachine, lacking }: Machine): string {
  const capabilities = ['SYS_ADMIN', 'NET_ADMIN', ...(lacking.includes('CAP_NET_RAW') ? ['NET_RAW'] : [])];
  const options = [
    ...(isRootOfMachine ? capabilities.map((name) => `--cap-add ${name}`) : ['--security-opt seccomp=unconfined']),
    ...['apparmor', 'systempaths'].map((name) => `--security-opt ${name}=unconfined`),
  ];
  return (
    `start the container with docker run --privileged (or with ${options.join(' ')}), in Kubernetes with ` +
    'securityContext: { privileged: true }'
  );
}

function set(sysctl: string, value: number): string {
  return `sudo sysctl -w ${sysctl}=${value}`;
}

function readMachine(): Machine {
  return {
    isRoot: process.getuid?.() === 0,
    isRootOfMachine: isRootOfMachine(),
    lacking: capabilitiesAbsentFrom('CapEff'),
    isFiltered: /^Seccomp:\s+2$/m.test(readFileSync('/proc/thread-self/status', 'utf8')),
    // Docker, Podman, Kubernetes; others, as LXC, tell by the variable alone.
    isInContainer:
      ['/.dockerenv', '/run/.containerenv', '/var/run/secrets/kubernetes.io'].some(existsSync) ||
      process.env['container'] !== undefined,
    version: kernelVersion(),
    sysctls: new Map(SYSCTLS.flatMap((name) => readOptional(name))),
    hasUserNamespaces: existsSync('/proc/self/ns/user'),
    // Its variable is in its workers, and in what they start; a script has no pool.
    isOfVitest: process.env['VITEST'] !== undefined,
  };
}

function readOptional(sysctl: string): [name: string, value: string][] {
  const read = () => readFileSync(`/proc/sys/${sysctl.replaceAll('.', '/')}`, 'utf8').trim();
  // Other kernels and distributions lack it, and not everybody may read all of it.
  const value = unlessCode(['ENOENT', 'EACCES', 'EPERM'], read, undefined);
  return value === undefined ? [] : [[sysctl, value]];
}
