import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { MAIN } from '../cli/hairpin.ts';
import { ROOT } from '../doc-samples.ts';
import { startVitest } from '../leaks/nested-vitest.ts';
import { A_REACHES_B, guestProject } from './guest-project.ts';
import { GUEST, kernelHere } from './kernel-here.ts';

const EVIDENCE = ['failure.json', 'lab.pcapng', 'lab.sh', 'state.txt', 'topology.mmd', 'topology.svg'];

// host: vitest --merge-reports ◀── blob, evidence ── guest: vitest ─ lab ─ a ── b
const TESTS = `import { expect, test } from 'hairpin';
import { release } from 'node:os';
test('passes on ' + release(), ${A_REACHES_B});
test('fails', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: end } = lab.cable(a, b);
  end.set({ up: false });
  await expect(a).toReach(b, { within: 50 });
});`;

test(
  'a project on another kernel: its results and its evidence come out',
  GUEST,
  async ({ lab, skip, onTestFinished }) => {
    const { image, release } = kernelHere(skip);
    const root = guestProject(TESTS, onTestFinished);

    const { exitCode, all } = await lab
      .namespace('host')
      .exec(
        process.execPath,
        [MAIN, 'test', '--kernel', image, '--', '--reporter=json', '--outputFile=report.json', '--reporter=default'],
        { cwd: root, reject: false, all: true, env: { VITEST: undefined, NO_COLOR: '1', FORCE_COLOR: undefined } },
      );

    expect({ exitCode, all }).toMatchObject({ exitCode: 1 });
    expect(all).toMatch(
      new RegExp(`^${release.replaceAll(/[.+]/g, '\\$&')}: (booted|went on from a snapshot) in [\\d.]+ s`, 'm'),
    );
    expect(all).toContain(`|${release}| some.test.ts`);
    const folder = `test-results/${release}/some.test.ts-fails`;
    expect(all).toContain(`Capture: ${folder}/lab.pcapng   Reproduce: ${folder}/lab.sh`);
    expect(readdirSync(join(root, folder)).toSorted()).toEqual(EVIDENCE);
    const console = readFileSync(join(root, 'test-results', release, 'console.log'), 'utf8');
    expect(console).toContain('hairpin: booted');
    expect(console).toMatch(/hairpin: begins \d+\.1: some\.test\.ts > fails/);
    const { testResults } = JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'));
    expect(testResults.map(statuses)).toEqual([[`passes on ${release}: passed`, 'fails: failed']]);
    // Nothing of it is where this kernel's own would be.
    expect(existsSync(join(root, 'test-results', 'some.test.ts-fails'))).toBe(false);
  },
);

// The same without a machine: vitest is told that it runs on a kernel, twice, and the reports are merged.
test('each kernel is a project of the merged report, and its page leads to its evidence', async ({
  lab,
  onTestFinished,
}) => {
  const root = guestProject(TESTS, onTestFinished);
  const host = lab.namespace('host');
  const kernels = ['6.1.0-40-amd64', '6.12.0-1-amd64'];
  for (const kernel of kernels) {
    await startVitest(host, ['--reporter=blob', `--outputFile.blob=test-results/blobs/${kernel}.json`], {
      root,
      env: { HAIRPIN_MACHINE: kernel },
    });
  }
  const report = join(ROOT, 'lib/report/runs/reporter.ts');
  const { exitCode, all } = await startVitest(host, ['--merge-reports=test-results/blobs', `--reporter=${report}`], {
    root,
    env: { HAIRPIN_MACHINES: JSON.stringify(kernels) },
  });

  expect({ exitCode, all }).toMatchObject({ exitCode: 1 });
  const page = readFileSync(join(root, 'test-results/report.html'), 'utf8');
  for (const kernel of kernels) {
    expect(all).toContain(`|${kernel}| some.test.ts`);
    expect(page).toContain(`${kernel}: some.test.ts`);
    expect(page).toContain(`"${kernel}/some.test.ts-fails/lab.pcapng"`);
    expect(readdirSync(join(root, 'test-results', kernel, 'some.test.ts-fails')).toSorted()).toEqual(EVIDENCE);
  }
});

// A vitest that is told to say to a file, as to the kernel's log in a machine, which tests run.
test('each test is told of as it begins and as it ends, each attempt of it', async ({ lab, onTestFinished }) => {
  const root = guestProject(TESTS, onTestFinished);
  writeFileSync(
    join(root, 'some.test.ts'),
    `import { describe, test } from 'hairpin';
     let attempts = 0;
     describe('suite', () => {
       test('twice', { retry: 1 }, () => {
         if (attempts++ === 0) throw new Error('once');
       });
     });
     test('passes', () => {});`,
  );
  const log = join(root, 'log');
  const { exitCode, all } = await startVitest(lab.namespace('host'), [], { root, env: { HAIRPIN_CONSOLE: log } });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  const lines = readFileSync(log, 'utf8').replaceAll(/\d+\.(?=\d)/g, 'N.');
  expect(lines.trim().split('\n')).toEqual(
    [
      ...[
        'begins N.0: some.test.ts > suite > twice',
        'ends N.0',
        'begins N.1: some.test.ts > suite > twice',
        'ends N.1',
      ],
      ...['begins N.2: some.test.ts > passes', 'ends N.2'],
    ].map((line) => `<5>hairpin: ${line}`),
  );
});

test('files that ran on each kernel are all that was asked for; those on one alone are a gap', async ({
  lab,
  onTestFinished,
}) => {
  const root = guestProject(TESTS, onTestFinished);
  writeFileSync(join(root, 'well.test.ts'), "import { test } from 'hairpin';\ntest('passes', () => {});");
  const host = lab.namespace('host');
  const kernels = ['6.1.0-40-amd64', '6.12.0-1-amd64'];
  const run = (kernel: string, ...files: string[]) =>
    startVitest(
      host,
      [...files, '-t', 'passes', '--reporter=blob', `--outputFile.blob=test-results/blobs/${kernel}.json`],
      {
        root,
        // As where its blob is to be merged elsewhere, too.
        env: { HAIRPIN_MACHINE: kernel, VITEST_BLOB_LABEL: kernel },
      },
    );
  const report = join(ROOT, 'lib/report/runs/reporter.ts');
  const merge = () =>
    startVitest(host, ['--merge-reports=test-results/blobs', `--reporter=${report}`], {
      root,
      env: { HAIRPIN_MACHINES: JSON.stringify(kernels) },
    });

  for (const kernel of kernels) await run(kernel, 'well');
  const well = await merge();
  expect({ exitCode: well.exitCode, all: well.all }).toMatchObject({ exitCode: 0 });
  expect(existsSync(join(root, 'test-results/durations.json'))).toBe(false);

  await run(kernels[0] as string);
  const { exitCode, all } = await merge();
  expect({ exitCode, all }).toMatchObject({ exitCode: 1 });
  expect(all).toContain("1 of the suite's files ran in none of the merged runs:\n  6.12.0-1-amd64: some.test.ts\n");
});

test('blobs of kernels are merged with those of this one: of theirs, a part of the suite is no gap', async ({
  lab,
  onTestFinished,
}) => {
  const root = guestProject(TESTS, onTestFinished);
  writeFileSync(join(root, 'well.test.ts'), "import { test } from 'hairpin';\ntest('passes', () => {});");
  const host = lab.namespace('host');
  const run = (label: string, files: string[], env: Record<string, string> = {}) =>
    startVitest(host, [...files, '-t', 'passes', '--reporter=blob', `--outputFile.blob=blobs/${label}.json`], {
      root,
      env: { VITEST_BLOB_LABEL: label, ...env },
    });
  const merge = () =>
    startVitest(host, ['--merge-reports=blobs', `--reporter=${join(ROOT, 'lib/report/runs/reporter.ts')}`], { root });
  await run('root', []);
  for (const kernel of ['6.1.0-40-amd64', '6.12.0-1-amd64']) await run(kernel, ['well'], { HAIRPIN_MACHINE: kernel });
  const { exitCode, all } = await merge();
  expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  for (const label of ['root', '6.1.0-40-amd64', '6.12.0-1-amd64']) expect(all).toContain(label);
  // What a kernel takes in a machine is no measure of this one.
  const durations = JSON.parse(readFileSync(join(root, 'test-results/durations.json'), 'utf8'));
  expect(Object.keys(durations)).toEqual(['some.test.ts', 'well.test.ts']);
  // Alone they are a whole suite each, or a blob is missing.
  rmSync(join(root, 'blobs/root.json'));
  expect((await merge()).all).toContain('  6.1.0-40-amd64: some.test.ts\n  6.12.0-1-amd64: some.test.ts\n');
  await run('root', []);
  await run('6.12.0-1-amd64', [], { HAIRPIN_MACHINE: '6.12.0-1-amd64' });
  expect((await merge()).all).toContain('ran in none of the merged runs:\n  6.1.0-40-amd64: some.test.ts\n');
});

test('projects keep their names on each kernel, whether they have the plugin of the root or one of their own', async ({
  lab,
  onTestFinished,
}) => {
  const root = guestProject(TESTS, onTestFinished);
  const config = join(root, 'vitest.config.ts');
  const projects = `{ ...config, plugins: [hairpin()], test: { projects: [
    { extends: true, test: { name: 'unit', include: ['some.test.ts'] } },
    { extends: false, resolve: config.resolve, plugins: [hairpin()], test: { name: 'e2e', include: ['well.test.ts'] } },
  ] } }`;
  const imports = readFileSync(config, 'utf8').split('// In a guest')[0];
  writeFileSync(config, `${imports}\nexport default ${projects};`);
  writeFileSync(join(root, 'well.test.ts'), "import { test } from 'hairpin';\ntest('passes', () => {});");
  const host = lab.namespace('host');
  const kernels = ['6.1.0-40-amd64', '6.12.0-1-amd64'];
  for (const kernel of kernels) {
    const blob = ['--reporter=blob', `--outputFile.blob=test-results/blobs/${kernel}.json`];
    await startVitest(host, ['-t', 'passes', ...blob], { root, env: { HAIRPIN_MACHINE: kernel } });
  }
  const report = join(ROOT, 'lib/report/runs/reporter.ts');
  const { exitCode, all } = await startVitest(host, ['--merge-reports=test-results/blobs', `--reporter=${report}`], {
    root,
    env: { HAIRPIN_MACHINES: JSON.stringify(kernels), NO_COLOR: '1' },
  });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0 });
  for (const kernel of kernels) for (const name of ['unit', 'e2e']) expect(all).toContain(`${name} ${kernel}`);
});

test('a config whose reporters include blob does not keep kernels from one report', async ({ lab, onTestFinished }) => {
  const root = guestProject(TESTS, onTestFinished);
  const config = join(root, 'vitest.config.ts');
  writeFileSync(config, readFileSync(config, 'utf8').replace('test: {', "test: { reporters: ['default', 'blob'],"));
  const host = lab.namespace('host');
  const blob = ['--reporter=blob', '--outputFile.blob=test-results/blobs/k.json'];
  await startVitest(host, ['-t', 'passes', ...blob], { root, env: { HAIRPIN_MACHINE: 'k' } });
  const { exitCode, all } = await startVitest(host, ['--merge-reports=test-results/blobs'], {
    root,
    env: { HAIRPIN_MACHINES: '["k"]' },
  });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('some.test.ts') });
});

function statuses({ assertionResults }: { assertionResults: { title: string; status: string }[] }): string[] {
  return assertionResults.map(({ title, status }) => `${title}: ${status}`);
}
