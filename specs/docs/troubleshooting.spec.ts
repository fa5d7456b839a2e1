import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KernelError, test as labTest } from 'hairpin';
import { expect, test } from 'vitest';
import { whyNodeIsTooOld } from '../../lib/base/node-version.ts';
import { IN_MANIFEST, PNPM_BUILDS } from '../../lib/init/koffi-script.ts';
import { type Machine, type Need, whyMissing, whyRefused } from '../../lib/kernel/namespaces/why-no-namespaces.ts';
import { whyNoNeighbourRoom } from '../../lib/netlink/routing/neighbour-table.ts';
import { ROOT, samplesOf } from '../doc-samples.ts';

const page = await readFile(join(ROOT, 'docs/troubleshooting.md'), 'utf8');
const shown = samplesOf(page, 'error', 'text').map(oneLine);

const DEBIAN = 'Linux version 6.12.41+deb13-amd64 (debian-kernel@lists.debian.org)';
const WSL2 = 'Linux version 5.15.167.4-microsoft-standard-WSL2';

const CONTAINER_ROOT: Machine = {
  ...{ isRoot: true, isRootOfMachine: true, lacking: ['CAP_SYS_ADMIN'], isFiltered: false, isInContainer: true },
  ...{ version: DEBIAN, sysctls: new Map(), hasUserNamespaces: true, isOfVitest: true },
};
const ROOT_OF_HOST: Machine = { ...CONTAINER_ROOT, lacking: [], isInContainer: false };
const USER: Machine = { ...ROOT_OF_HOST, isRoot: false, isRootOfMachine: false };

const refused = (need: Need, code: string, machine: Machine, sysctls: Record<string, string> = {}) =>
  whyRefused(need, code, { ...machine, sysctls: new Map(Object.entries(sysctls)) });

/** What hairpin itself says, on a machine of each kind. */
const SAID = [
  refused('user namespace', 'EPERM', USER, { 'kernel.apparmor_restrict_unprivileged_userns': '1' }),
  refused('user namespace', 'EPERM', USER, { 'kernel.unprivileged_userns_clone': '0' }),
  refused('user namespace', 'ENOSPC', USER, { 'user.max_user_namespaces': '0' }),
  refused('user namespace', 'EINVAL', { ...USER, hasUserNamespaces: false }),
  refused('network namespace', 'EPERM', USER),
  refused('network namespace', 'EPERM', { ...USER, isOfVitest: false }),
  refused('way back', 'EPERM', { ...ROOT_OF_HOST, isRootOfMachine: false }),
  refused('network namespace', 'EPERM', CONTAINER_ROOT),
  refused('user namespace', 'EPERM', { ...USER, isInContainer: true }),
  refused('sysctl', 'EROFS', { ...CONTAINER_ROOT, lacking: [] }),
  refused('network namespace', 'EPERM', ROOT_OF_HOST),
  refused('network namespace', 'ENOSPC', ROOT_OF_HOST, { 'user.max_net_namespaces': '100' }),
  refused('user namespace', 'EINVAL', { ...USER, version: 'Linux version 4.4.0-19041-Microsoft' }),
  whyMissing('macvlan', { option: 'CONFIG_MACVLAN', module: 'macvlan' }, WSL2),
  whyMissing('ipvlan', { option: 'CONFIG_IPVLAN', module: 'ipvlan' }, DEBIAN),
  whyNoNeighbourRoom({ name: 'arp_cache', entries: 1000, limit: 1024, overflows: 0n }),
  new KernelError({ operation: 'socket', errno: 24 }).usualCause,
  whyNodeIsTooOld('20.20.2'),
];

test.for(SAID)('%s', (said) => {
  expect(said).toBeDefined();
  expect(shown).toContain(oneLine(String(said)));
});

// a
labTest('a program that is not there, and a pipe in exec', ({ lab }) => {
  const a = lab.namespace('a');
  const PATH = '/nowhere';
  const said = [
    ['ip', 'install it, or give its path'],
    ['ip route | grep x', "there is no shell, so write a.exec('sh', ['-c', 'ip route | grep x'])"],
  ];
  for (const [program = '', mend = ''] of said) {
    const message = `a.exec: there is no program '${program}' on the PATH; ${mend}`;
    expect(() => a.exec(program, [], { env: { PATH } })).toThrow(message);
    expect(shown).toContain(message);
  }
});

test('nothing is shown that hairpin does not say', async () => {
  const sources = await Promise.all(
    ['pool.ts', 'kernel/namespaces/own-namespaces.ts', 'lab/programs/exec.ts', 'containers/why-no-engine.ts'].map(
      (file) => readFile(join(ROOT, 'lib', file), 'utf8'),
    ),
  );
  const known = new Set(SAID.map((said) => oneLine(String(said))));
  const rest = shown.filter((text) => !known.has(text) && !text.startsWith('a.exec: '));
  expect(rest).toHaveLength(3);
  for (const text of rest) expect(sources.some((source) => source.includes(text))).toBe(true);
});

test("the settings of koffi's script are those that hairpin init writes", () => {
  for (const manager of ['npm', 'yarn'] as const)
    expect(samplesOf(page, manager, 'json').map((text) => JSON.parse(text))).toEqual([
      Object.fromEntries([IN_MANIFEST[manager] ?? []]),
    ]);
  expect(samplesOf(page, 'pnpm', 'yaml')).toEqual([PNPM_BUILDS]);
});

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
