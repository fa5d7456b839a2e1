import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { ROOT } from '../doc-samples.ts';
import { hairpin } from './hairpin.ts';

// host: hairpin, used wrongly and rightly
test.for([
  [['--help']],
  [['init', '--help']],
  [['test', '--help']],
  [['modes', '--help']],
  [['mutate', '--help']],
  [['graph', '--help']],
  [['shell', '--help']],
  [['show-report', '--help']],
  [['record', '--help']],
  [['explain', '--help']],
  [['kernels', '--help']],
  [['kernels', 'config', '--help']],
  [['kernels', 'fetch', '--help']],
  [['help', 'test']],
  [['help', 'kernels', 'config']],
  [['kernels', 'help', 'config']],
  [['bisect', '--help']],
  [['check-switch', '--help']],
  [['doctor', '--help']],
])('hairpin %j helps in 80 columns, and documents its exit codes', async ([args], { lab }) => {
  const { exitCode, stdout } = await hairpin(lab.namespace('host'), args ?? []);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Usage: hairpin');
  expect(stdout).toContain('Exit codes:\n  0  ');
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
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
  expect(await hairpin(host, ['graph'])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: "error: missing required argument 'specs'\n(see hairpin graph --help)",
  });
  for (const [args, error] of [
    [['doctor', 'x'], "error: too many arguments for 'doctor'. Expected 0 arguments but got 1: x."],
    [['init', '--ci'], "error: option '--ci <system>' argument missing"],
    [['shell'], "error: missing required argument 'specs'"],
  ] as const) {
    const stderr = `${error}\n(see hairpin ${args[0]} --help)`;
    expect(await hairpin(host, args)).toEqual({ exitCode: 2, stdout: '', stderr });
  }
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

test('docs/commands.md has every command', async ({ lab }) => {
  const { stdout } = await hairpin(lab.namespace('host'), ['--help']);
  const [, commands = ''] = /^Commands:\n(.*?)\n\n/ms.exec(stdout) ?? [];
  const names = [...commands.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name).filter((name) => name !== 'help');
  const page = await readFile(join(ROOT, 'docs/commands.md'), 'utf8');
  const told = [...page.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) \|/gm)].flatMap(([, first = '']) =>
    [...first.matchAll(/`([\w-]+)/g)].map(([, name]) => name),
  );
  expect([...new Set(told)].toSorted()).toEqual(names.toSorted());
});
