import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { projectFolder, ROOT } from '../doc-samples.ts';
import { hairpin } from './hairpin.ts';
import { enterFromElsewhere, OWN, onTerminal, printedBy } from './on-terminal.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** Of a CI system that runs these specs nothing is to be seen. */
const NO_CI = { CI: '' };

// host: vitest, whose test is a ── b
const LAB = `const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);`;
const FAILS = `await expect(a).toReach(b, { by: 'tcp', port: 7, listen: false, within: 0 });`;

/** A project whose failing tests are held, with a short time-out; these tests are in two files. */
async function projectWith(tests: string, onTestFinished: Parameters<typeof projectFolder>[0]): Promise<string> {
  const folder = await projectFolder(onTestFinished);
  await writeFile(
    join(folder, 'vitest.config.ts'),
    `import { hairpin } from '${ROOT}lib/config.ts';
     export default { plugins: [hairpin({ pauseOnFailure: true })], test: { testTimeout: 300 } };`,
  );
  for (const name of ['first', 'second'])
    await writeFile(join(folder, `${name}.test.ts`), `import { expect, test } from '${ROOT}lib/index.ts';\n${tests}`);
  return folder;
}

// host: vitest, in watch mode, at a terminal
test('a failing test is held at the failing line, or where that is not of hairpin at its end, until the reader quits', async ({
  lab,
  onTestFinished,
}) => {
  const folder = await projectWith(
    `test('asks', async ({ lab }) => {
       ${LAB}
       try { ${FAILS} } finally { lab.router('later'); }
     });
     test('is to fail', { fails: true }, async ({ lab }) => { ${LAB} ${FAILS} });
     test('polls', async ({ lab }) => {
       ${LAB}
       let asked = 0;
       await expect.poll(() => (asked++ === 0 ? '192.0.2.1' : '10.0.0.2')).toBe('10.0.0.2');
       await expect(a).toReach(b);
     });
     test('throws', ({ lab }) => {
       ${LAB}
       throw new Error('something else');
     });`,
    onTestFinished,
  );
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const { type, until, ended } = onTerminal(lab.namespace('host'), folder, [], {
    program: VITEST,
    env: { ...NO_CI, TMPDIR: temporary },
  });
  await until('asks fails:');
  await until('nothing listens at tcp port 7 in b');
  // The router of the lines below is not there yet.
  await until('\r\n\r\n[a] eth0 ── eth0 [b]\r\n\r\n');
  // Longer than the time-out of the project.
  await type('a sleep 0.5');
  await type('continue');
  await until('throws fails:');
  await until('something else');
  await type('quit');
  const { exitCode, screen } = await ended;
  expect(screen.match(/hairpin> /g)).toHaveLength(3);
  expect(screen).toContain('4 failed | 2 passed | 2 expected fail');
  expect(exitCode).toBe(1);
  expect(await readdir(temporary)).toEqual([]);
});

// host: vitest, at a terminal
test('tests that fail side by side are held one after the other', async ({ lab, onTestFinished }) => {
  const tests = `for (const name of ['one', 'other'])
    test.concurrent(name, async ({ lab, expect }) => { ${LAB} ${FAILS} });`;
  const folder = await projectWith(tests, onTestFinished);
  const { type, until, ended } = onTerminal(lab.namespace('host'), folder, ['run', 'first'], {
    ...{ program: VITEST, env: NO_CI },
  });
  await until('fails:');
  await type('a sleep 0.5');
  await type('continue');
  await until('fails:');
  await type('continue');
  expect((await ended).screen).toContain('2 failed');
});

// host: vitest, in a session without a terminal
test('without a terminal a failing test says how to enter its namespaces, and waits', async ({
  lab,
  onTestFinished,
}) => {
  const folder = await projectWith(`test('asks', async ({ lab }) => { ${LAB} ${FAILS} });`, onTestFinished);
  const host = lab.namespace('host');
  const run = host.exec('setsid', ['--wait', process.execPath, VITEST, 'run', 'first'], {
    ...{ cwd: folder, env: { ...OWN, ...NO_CI }, reject: false, all: true },
  });
  const printed = printedBy(run);
  await printed.until('asks fails:');
  await printed.until('[a] eth0 ── eth0 [b]\n\nThere is no terminal here. From another one:\n');
  await enterFromElsewhere(host, printed);
  expect(await run).toMatchObject({ exitCode: 1 });
});

// host: hairpin graph
test('a command of hairpin that runs specs for their networks holds none', async ({ lab, onTestFinished }) => {
  const folder = await projectWith(`test('asks', async ({ lab }) => { ${LAB} ${FAILS} });`, onTestFinished);
  const graph = await hairpin(lab.namespace('host'), ['graph', 'first'], { cwd: folder, env: { ...OWN, ...NO_CI } });
  expect(graph).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('[a] eth0 ── eth0 [b]') });
});

// host: vitest, where CI is set
test('in CI no test is held, and the run says so once', async ({ lab, onTestFinished }) => {
  const folder = await projectWith(`test('asks', async ({ lab }) => { ${LAB} ${FAILS} });`, onTestFinished);
  const { exitCode, all } = await lab.namespace('host').exec(process.execPath, [VITEST, 'run'], {
    ...{ cwd: folder, env: { ...OWN, CI: 'true' }, reject: false, all: true },
  });
  expect(exitCode).toBe(1);
  expect(
    String(all).match(/hairpin: pauseOnFailure does nothing where CI is set: nobody is there to go on/g),
  ).toHaveLength(1);
  expect(all).not.toContain('fails:');
});
