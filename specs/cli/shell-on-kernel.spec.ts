import { expect, test } from 'hairpin';
import { shellArguments } from '../../lib/cli/shell-on-kernel.ts';
import { guestProject } from '../machines/guest-project.ts';
import { GUEST, kernelHere } from '../machines/kernel-here.ts';
import { hairpin } from './hairpin.ts';
import { onTerminal } from './on-terminal.ts';

// host, of this machine: hairpin shell at a terminal ── serial line ── guest: a shell
test(
  'without specs it is a prompt in a guest, with a terminal, until Ctrl+]',
  GUEST,
  async ({ lab, skip, onTestFinished }) => {
    const { image, release } = kernelHere(skip);
    const root = guestProject('', onTestFinished);
    const { until, enter, ended } = onTerminal(lab.namespace('host'), root, ['shell', '--kernel', image]);
    await until(`${release}: booting. Once it is up, Ctrl+] ends it`);
    await until('shell> ');
    enter('uname -r; pwd; tty; test -t 0 -a -t 1 && echo "it is $((1 + 1)) ways a terminal"');
    await until(`\n${release}`);
    await until(root);
    await until('/dev/ttyS1');
    await until('it is 2 ways a terminal');
    await until('shell> ');
    // Ctrl+C is for the program that runs there.
    enter('cat');
    enter('typed');
    // Once by the terminal's echo, once by cat.
    await until('typed');
    await until('typed');
    enter('\u0003');
    await until('shell> ');
    enter('echo "it ended with $?"');
    await until('it ended with 130');
    enter('\u001d');
    expect(await ended).toMatchObject({ exitCode: 0 });
  },
);

const FAILS = `import { expect, test } from 'hairpin';
test('its own', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  b.interface('eth0').set({ up: false });
  await expect(a).toReach(b, { within: 0 });
});`;

// host, of this machine: hairpin shell at a terminal ── serial line ── guest: hairpin shell ─ lab ─ a ── b
test(
  'with specs it holds each test in the guest, and ends as they do',
  GUEST,
  async ({ lab, skip, onTestFinished }) => {
    const { image, release } = kernelHere(skip);
    const root = guestProject(FAILS, onTestFinished);
    const terminal = onTerminal(lab.namespace('host'), root, ['shell', '--kernel', image, 'some']);
    await terminal.until('its own fails:');
    await terminal.until('[a] eth0 ╌╌ eth0 (down) [b]');
    await terminal.type('b uname -r');
    await terminal.until(`\n${release}`);
    await terminal.type('continue');
    const { exitCode, screen } = await terminal.ended;
    expect({ exitCode, screen }).toMatchObject({ exitCode: 1, screen: expect.stringContaining('1 failed') });
  },
);

// this machine: hairpin shell, as it is started in a guest
test("vitest's options come to the hairpin shell in the guest as such", async ({ lab }) => {
  const args = shellArguments(['nosuch', '--retry', '2', '-t', 'name']);
  const { exitCode, stderr } = await hairpin(lab.namespace('host'), args);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining('no spec file matches nosuch;'),
  });
});

test.for([
  [
    ['shell', '--kernel', '6.1'],
    /^error: option '--kernel <kernel>' needs a terminal, but standard input or output is not one\. To run without a terminal: hairpin test --kernel/,
  ],
  [['shell', '--kernel', ''], /^error: option '--kernel <kernel>' argument '' is invalid\. It must not be empty\./],
  [['shell', '--memory', '512', 'some'], /^error: option '--memory <MiB>' is for other kernels: it needs --kernel$/],
  [['shell', '--kernel', '6.1', '-t', 'name'], /^error: missing required argument 'specs'/],
  [['shell', '-t', 'name'], /^error: missing required argument 'specs'/],
  [['shell'], /^error: missing required argument 'specs'/],
] as const)('hairpin %j is wrong usage', async ([args, message], { lab }) => {
  const { exitCode, stderr } = await hairpin(lab.namespace('host'), args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(message) });
});
