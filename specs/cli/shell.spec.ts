import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'hairpin';
import { findProgram } from '../../lib/kernel/programs/find-program.ts';
import { projectFolder, ROOT } from '../doc-samples.ts';
import { needs } from '../needs.ts';
import { hairpin, MAIN } from './hairpin.ts';
import { enterFromElsewhere, OWN, onTerminal, printedBy } from './on-terminal.ts';

/** A project with one test, whose time-out is short. */
async function projectWith(body: string, onTestFinished: Parameters<typeof projectFolder>[0]): Promise<string> {
  const folder = await projectFolder(onTestFinished);
  await writeFile(
    join(folder, 'vitest.config.ts'),
    `import { hairpin } from '${ROOT}lib/config.ts';
     export default { plugins: [hairpin()], test: { testTimeout: 300 } };`,
  );
  await writeFile(
    join(folder, 'own.test.ts'),
    `import { expect, test } from '${ROOT}lib/index.ts';
     test('its own', async ({ lab }) => {
       const [a, b] = [lab.namespace('a'), lab.namespace('b')];
       lab.cable(a, b);
       ${body}
     });`,
  );
  return folder;
}

const FAILS = "b.interface('eth0').set({ up: false }); await expect(a).toReach(b, { within: 0 });";

// host: hairpin shell at a terminal; in it a ── b
test('a test that fails is held: its failure, its network, programs and a shell in it', async ({
  lab,
  onTestFinished,
}) => {
  const folder = await projectWith(FAILS, onTestFinished);
  const { type, enter, until, ended } = onTerminal(lab.namespace('host'), folder, ['shell', 'own']);
  await until('its own fails:');
  await until('a/eth0 has no carrier');
  await until('[a] eth0 ╌╌ eth0 (down) [b]');
  await type('draw addresses');
  await until('[a] eth0 10.0.0.1/24 fd00::1/64 ╌╌ eth0 10.0.0.2/24 (down) [b]');
  await type('b ip -oneline address show dev eth0');
  await until('inet 10.0.0.2/24');
  await type('nosuch');
  await until("There is no command and no namespace 'nosuch': try help.");
  await type('b');
  await until('shell> ');
  enter('ip link set eth0 up; exit');
  // Ctrl+C is for the program that runs, once it does.
  await type('b cat own.test.ts -');
  await until('lab.cable(a, b);');
  enter('\u0003');
  await type('draw');
  await until('[a] eth0 ── eth0 [b]');
  await type('continue');
  const { exitCode, screen } = await ended;
  expect({ exitCode, screen }).toMatchObject({ exitCode: 1, screen: expect.stringContaining('1 failed') });
});

test('lab.pause() holds a test where it stands, and its time-out does not run', async ({ lab, onTestFinished }) => {
  const body = "await lab.pause(); await expect(a).toReach(b); lab.router('later');";
  const folder = await projectWith(body, onTestFinished);
  const { type, until, ended } = onTerminal(lab.namespace('host'), folder, ['shell', 'own', '-t', 'its own']);
  await until('lab.pause()');
  await until('[a] eth0 ── eth0 [b]');
  // Longer than the time-out of the project.
  await type('a sleep 0.5');
  await type('continue');
  await until('its own passes');
  await until('<later>');
  await type('quit');
  expect(await ended).toMatchObject({ exitCode: 0, screen: expect.stringContaining('1 passed') });
});

test('quit in one spec file also holds no test of the next', async ({ lab, onTestFinished }) => {
  const folder = await projectWith('await expect(a).toReach(b);', onTestFinished);
  await copyFile(join(folder, 'own.test.ts'), join(folder, 'second.test.ts'));
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const args = ['shell', 'own', 'second'];
  const { type, until, ended } = onTerminal(lab.namespace('host'), folder, args, { env: { TMPDIR: temporary } });
  await until('its own passes');
  await type('quit');
  await expect(until('hairpin> ')).rejects.toThrow("it ended without 'hairpin> '");
  expect(await ended).toMatchObject({ exitCode: 0, screen: expect.stringContaining('2 passed') });
  expect(await readdir(temporary)).toEqual([]);
});

// In the place of Wireshark: tshark, which reads in the same way, and prints the device and the length of each ICMP frame.
const LIVE = `#!/bin/sh
shift
exec tshark -l "$@" -Y icmp -T fields -e frame.interface_name -e frame.len > seen
`;

describe('with tshark', () => {
  needs('tshark');

  // host: hairpin shell at a terminal; in it a ── b. reader: tshark
  test('wireshark has the frames until now and those that come, live or in a file', async ({ lab, onTestFinished }) => {
    const folder = await projectWith("await a.exec('ping', ['-c1', '10.0.0.2']);", onTestFinished);
    await writeFile(join(folder, 'wireshark'), LIVE, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const { type, enter, until, ended } = onTerminal(lab.namespace('host'), folder, ['shell', 'own'], { env });
    await until('its own passes');
    await type('wireshark b/eth0');
    const seen = () => readFile(join(folder, 'seen'), 'utf8').catch(String);
    await expect.poll(seen).toContain('b/eth0\t98');
    enter('a ping -c1 -q -s33 10.0.0.2');
    await expect.poll(seen).toContain('b/eth0\t75');
    enter('wireshark a > a.pcapng');
    await until(`The capture goes into ${join(folder, 'a.pcapng')} until the test goes on.`);
    enter('wireshark nosuch/eth0');
    await until("There is no device 'nosuch/eth0'. The lab has a/eth0, b/eth0.");
    enter('wireshark >');
    await until('Name the file: wireshark > lab.pcapng');
    enter('wireshark > own.test.ts');
    await until('The capture cannot be written: EEXIST');
    enter('wireshark > nosuch/a.pcapng');
    await until('The capture cannot be written: ENOENT');
    enter('continue');
    expect(await ended).toMatchObject({ exitCode: 0 });
    expect((await stat(join(folder, 'a.pcapng'))).mode & 0o777).toBe(0o600);
    const fields = ['-Y', 'icmp', '-T', 'fields', '-e', 'frame.interface_name', '-e', 'icmp.type'];
    const { stdout } = await lab.namespace('reader').exec('tshark', ['-r', join(folder, 'a.pcapng'), ...fields]);
    expect(stdout.split('\n')).toEqual(['a/eth0\t8', 'a/eth0\t0', 'a/eth0\t8', 'a/eth0\t0']);
  });
});

// host: hairpin shell at a terminal
test('a Wireshark that fails is told, with its words', async ({ lab, onTestFinished }) => {
  const folder = await projectWith('', onTestFinished);
  await writeFile(join(folder, 'wireshark'), '#!/bin/sh\necho "no display" >&2\nexit 1\n', { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const { type, enter, until, ended } = onTerminal(lab.namespace('host'), folder, ['shell', 'own'], { env });
  await type('wireshark');
  await until('Command failed with exit code 1: wireshark -k -i -\r\nno display');
  enter('continue');
  expect(await ended).toMatchObject({ exitCode: 0 });
});

// host: hairpin shell at a terminal
test.skipIf(findProgram('wireshark'))(
  'without Wireshark it names the package, and the way into a file',
  async ({ lab, onTestFinished }) => {
    const folder = await projectWith('', onTestFinished);
    const { type, enter, until, ended } = onTerminal(lab.namespace('host'), folder, ['shell', 'own']);
    await type('wireshark');
    await until('Wireshark is not installed: apt-get install wireshark, or write a file: wireshark > lab.pcapng');
    enter('continue');
    expect(await ended).toMatchObject({ exitCode: 0 });
  },
);

// host: hairpin shell in a session without a terminal
test('without a terminal it says how to enter from another one, and a signal has it go on', async ({
  lab,
  onTestFinished,
}) => {
  const folder = await projectWith('await expect(a).toReach(b);', onTestFinished);
  const host = lab.namespace('host');
  const run = host.exec('setsid', ['--wait', process.execPath, MAIN, 'shell', 'own'], {
    ...{ cwd: folder, env: OWN, reject: false, all: true },
  });
  const printed = printedBy(run);
  await printed.until('its own passes\n\n[a] eth0 ── eth0 [b]\n\nThere is no terminal here. From another one:\n');
  await enterFromElsewhere(host, printed);
  expect(await run).toMatchObject({ exitCode: 0 });
});

// a
test('lab.pause() is refused where a time-out would end the test meanwhile', async ({ lab }) => {
  lab.namespace('a');
  await expect(lab.pause()).rejects.toThrow(
    "lab.pause: a test's time-out would end it meanwhile: run it by npx hairpin shell, with the spec's file, which switches time-outs off",
  );
});

// host: hairpin shell
test('without a test it is wrong usage', async ({ lab, onTestFinished }) => {
  const folder = await projectWith('', onTestFinished);
  const host = lab.namespace('host');
  const result = await hairpin(host, ['shell', 'own', '-t', 'nosuch'], { cwd: folder, env: OWN });
  expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('hairpin shell: no test was run') });
});
