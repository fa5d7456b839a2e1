import { expect, kernelOption, supports, test } from 'hairpin';
import { hairpin, MAIN } from './hairpin.ts';

// host: hairpin, used wrongly and rightly
test.for([
  [['--help']],
  [['test', '--help']],
  [['modes', '--help']],
  [['mutate', '--help']],
  [['kernels', '--help']],
  [['kernels', 'config', '--help']],
  [['kernels', 'fetch', '--help']],
  [['help', 'test']],
  [['help', 'kernels', 'config']],
  [['kernels', 'help', 'config']],
  [['bisect', '--help']],
  [['check-switch', '--help']],
  [['doctor', '--help']],
])('hairpin %j helps, and documents its exit codes', async ([args], { lab }) => {
  const { exitCode, stdout } = await hairpin(lab.namespace('host'), args ?? []);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Usage: hairpin');
  expect(stdout).toContain('Exit codes: 0');
});

test('an unknown command or option is wrong usage: exit code 2, and nothing on stdout', async ({ lab }) => {
  const host = lab.namespace('host');
  expect(await hairpin(host, ['mods'])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: "error: unknown command 'mods'\n(Did you mean modes?)\n(see --help)",
  });
  expect(await hairpin(host, ['modes', '--jsn'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("unknown option '--jsn'"),
  });
  expect(await hairpin(host, ['help', 'foo'])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: "error: unknown command 'foo'\n(see --help)",
  });
  expect(await hairpin(host, ['kernels', 'help', 'foo'])).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await hairpin(host, ['check-switch', ''])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("command-argument value '' is invalid for argument 'nic'. It must not be empty."),
  });
});

test('doctor finds nothing needed missing here, in words and as JSON', async ({ lab }) => {
  const host = lab.namespace('host');
  const { exitCode, stdout } = await hairpin(host, ['doctor']);
  expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^✓ kernel: macvlan$/m) });
  expect(stdout).toMatch(/This machine can run labs\.$/);
  const findings: { name: string; available: boolean; needed: boolean }[] = JSON.parse(
    (await hairpin(host, ['doctor', '--json'])).stdout,
  );
  expect(findings.filter(({ needed, available }) => needed && !available)).toEqual([]);
});

test.for(['macvtap', 'ipvlan', 'ipvtap', 'vlan', 'dummy'] as const)(
  'doctor says whether the kernel has %s, and what brings it, but does not need it',
  async (type, { lab }) => {
    const { exitCode, stdout } = await hairpin(lab.namespace('host'), ['doctor']);
    const module = type === 'vlan' ? '8021q' : type;
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      supports(type)
        ? `✓ kernel: ${type}\n`
        : `○ kernel: ${type}: this kernel has no ${type}: it needs ${kernelOption(type)} (modprobe ${module})\n    Debian: modprobe ${module}\n`,
    );
  },
);

test('doctor names a missing program with the commands that bring it, and exits with 1', async ({ lab }) => {
  const { exitCode, stdout } = await hairpin(lab.namespace('host'), ['doctor'], { env: { PATH: '/nonexistent' } });
  expect(exitCode).toBe(1);
  expect(stdout).toContain(`✗ program: unshare: starts a test worker in namespaces of its own
    Debian: apt-get install util-linux
    Fedora: dnf install util-linux
    Alpine: apk add util-linux-misc`);
  expect(stdout).toMatch(/This machine cannot run labs yet: 1 needed, missing\.$/);
});

// setpriv takes every capability away: root by name only.
test('without the privilege, modes names it and exits with 3; doctor exits with 1', async ({ lab }) => {
  const host = lab.namespace('host');
  const powerless = (command: string) =>
    host.exec('setpriv', ['--bounding-set', '-all', process.execPath, MAIN, command], { reject: false });
  const reason =
    'no privilege for network namespaces (EPERM): be root, or have user namespaces (CONFIG_USER_NS, user.max_user_namespaces)';
  expect(await powerless('modes')).toMatchObject({ exitCode: 3, stderr: `hairpin: ${reason}. See: hairpin doctor` });
  expect(await powerless('doctor')).toMatchObject({
    exitCode: 1,
    stdout: expect.stringContaining(`✗ kernel: network namespaces: ${reason}`),
  });
});
