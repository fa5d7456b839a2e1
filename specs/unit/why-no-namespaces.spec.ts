import { describe, expect, test } from 'vitest';
import { type Machine, type Need, whyMissing, whyRefused } from '../../lib/kernel/namespaces/why-no-namespaces.ts';

const ROOT: Machine = {
  isRoot: true,
  isRootOfMachine: true,
  lacking: [],
  isFiltered: false,
  isInContainer: false,
  version: 'Linux version 6.12.41+deb13-amd64 (debian-kernel@lists.debian.org)',
  sysctls: new Map(),
  hasUserNamespaces: true,
  isOfVitest: true,
};
const USER: Machine = { ...ROOT, isRoot: false, isRootOfMachine: false, lacking: ['CAP_SYS_ADMIN', 'CAP_NET_ADMIN'] };
/** Root of a user namespace that it has made as an ordinary user. */
const OWN_ROOT: Machine = { ...ROOT, isRootOfMachine: false };

const sysctl = (name: string, value: string) => ({ sysctls: new Map([[name, value]]) });
const APPARMOR = sysctl('kernel.apparmor_restrict_unprivileged_userns', '1');

const PLAIN = 'as in a plain container: start the container with docker run --privileged (or with ';
const KUBERNETES = 'in Kubernetes with securityContext: { privileged: true }';

describe('an ordinary user who may make no user namespace is told why, and what to do', () => {
  test.for<[string, Partial<Machine>, string, string]>([
    [
      'on Debian before 11',
      sysctl('kernel.unprivileged_userns_clone', '0'),
      'EPERM',
      'only root may make user namespaces (kernel.unprivileged_userns_clone is 0): run as root, or sudo sysctl -w ' +
        'kernel.unprivileged_userns_clone=1',
    ],
    [
      'on Ubuntu',
      APPARMOR,
      'EPERM',
      "AppArmor withholds capabilities in an ordinary user's namespaces (kernel.apparmor_restrict_unprivileged_userns is " +
        '1): run as root, or sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    ],
    [
      'where there may be none',
      sysctl('user.max_user_namespaces', '0'),
      'ENOSPC',
      'an ordinary user may make no namespaces (user.max_user_namespaces is 0): run as root, or sudo sysctl -w ' +
        'user.max_user_namespaces=15000',
    ],
    [
      'on a kernel without',
      { hasUserNamespaces: false },
      'EINVAL',
      'this kernel has no user namespaces (CONFIG_USER_NS): run as root',
    ],
    [
      'in a container on Ubuntu, where Docker forbids it first',
      { isInContainer: true, ...APPARMOR },
      'EPERM',
      `a seccomp filter forbids user namespaces, ${PLAIN}--security-opt seccomp=unconfined --security-opt ` +
        `apparmor=unconfined --security-opt systempaths=unconfined), ${KUBERNETES}`,
    ],
    [
      'on WSL 1',
      { version: 'Linux version 4.4.0-19041-Microsoft' },
      'EINVAL',
      'WSL 1 has no namespaces: wsl --set-version DISTRIBUTION 2, in PowerShell',
    ],
  ])('%s', ([, machine, code, sentence]) => {
    expect(whyRefused('user namespace', code, { ...USER, ...machine })).toBe(sentence);
  });

  test('and nothing is made up where the machine gives no hint', () => {
    expect(whyRefused('user namespace', 'EPERM', USER)).toBeUndefined();
  });
});

describe('no network namespace', () => {
  test.for<[string, Machine, string, RegExp]>([
    [
      'a container root',
      { ...ROOT, lacking: ['CAP_SYS_ADMIN'] },
      'EPERM',
      /^root has no CAP_SYS_ADMIN here, as in a plain/,
    ],
    [
      'a seccomp filter',
      { ...ROOT, isFiltered: true },
      'EPERM',
      /^a seccomp filter forbids new namespaces, as in a plain/,
    ],
    ['a security module', ROOT, 'EPERM', /^a security module, such as AppArmor or SELinux, forbids new namespaces/],
    [
      'AppArmor in a user namespace',
      { ...OWN_ROOT, ...APPARMOR },
      'EPERM',
      /^AppArmor withholds capabilities in an ordinary user's/,
    ],
    ['an old kernel', ROOT, 'EINVAL', /^this kernel has no network namespaces: it needs CONFIG_NET_NS$/],
    [
      'a user that AppArmor restricts',
      { ...USER, ...APPARMOR },
      'EPERM',
      /no other pool; as it is, AppArmor withholds/,
    ],
  ])('%s', ([, machine, code, sentence]) => {
    expect(whyRefused('network namespace', code, machine)).toMatch(sentence);
  });
});

test('no way back into the network that the thread would leave', () => {
  expect(whyRefused('way back', 'EPERM', OWN_ROOT)).toMatch(
    /^this process is root of a user namespace, but its network/,
  );
  const inContainer = { ...ROOT, lacking: ['CAP_SYS_ADMIN'] };
  expect(whyRefused('way back', 'EPERM', inContainer)).toBeUndefined();
});

test.for<[Need, string]>([
  ['way back', 'EBADF'],
  ['network change', 'EEXIST'],
  ['packet socket', 'EMFILE'],
  ['sysctl', 'EINVAL'],
  ['network namespace', 'ENOMEM'],
])('%s: %s says nothing of the machine', ([need, code]) => {
  expect(whyRefused(need, code, ROOT)).toBeUndefined();
});

test('a kernel of WSL 2 that lacks something is told how to get another', () => {
  const needs = { option: 'CONFIG_MACVLAN', module: 'macvlan' };
  expect(whyMissing('macvlan', needs, ROOT.version)).toBe(
    'this kernel has no macvlan: it needs CONFIG_MACVLAN (modprobe macvlan)',
  );
  expect(whyMissing('macvlan', needs, 'Linux version 5.15.167.4-microsoft-standard-WSL2')).toBe(
    'this kernel has no macvlan: it needs CONFIG_MACVLAN (modprobe macvlan); wsl --update, in PowerShell, or a kernel of ' +
      'your own (kernel=… in .wslconfig)',
  );
});
