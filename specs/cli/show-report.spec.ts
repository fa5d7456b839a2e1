import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'hairpin';
import { reportPage } from '../../lib/report/html/page.ts';
import { projectFolder } from '../doc-samples.ts';
import { hairpin } from './hairpin.ts';

// host: hairpin show-report, on a project with a report, and on folders without one
const REPORT = reportPage(
  {
    index: { date: '2026-01-01T00:00:00.000Z', milliseconds: 0, labs: 0, tests: [] },
    details: [],
    drawings: [],
  },
  '',
);

async function projectWithReport(onTestFinished: Parameters<typeof projectFolder>[0]) {
  const folder = await projectFolder(onTestFinished);
  const results = join(folder, "some one's results");
  await mkdir(results);
  await writeFile(join(results, 'report.html'), REPORT);
  return { folder, results, address: pathToFileURL(join(results, 'report.html')).href };
}

const NO_DISPLAY = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined };

test('the report is opened by xdg-open', async ({ lab, onTestFinished }) => {
  const { folder, results, address } = await projectWithReport(onTestFinished);
  // In its place a program that writes down what it was called with.
  const opened = join(folder, 'opened');
  await writeFile(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$@" >'${opened}'\n`);
  await chmod(join(folder, 'xdg-open'), 0o755);
  const env = { DISPLAY: ':0', PATH: `${folder}:${process.env['PATH']}` };
  const host = lab.namespace('host');
  for (const given of [results, join(results, 'report.html')]) {
    expect(await hairpin(host, ['show-report', given], { env })).toEqual({ exitCode: 0, stdout: address, stderr: '' });
    expect(await readFile(opened, 'utf8')).toBe(`${address}\n`);
    await writeFile(opened, '');
  }
});

test('without a display its address is printed, and how it can be copied or served', async ({
  lab,
  onTestFinished,
}) => {
  const { results, address } = await projectWithReport(onTestFinished);
  const word = `'${results.replace("'", "'\\''")}'`;
  expect(await hairpin(lab.namespace('host'), ['show-report', results], { env: NO_DISPLAY })).toEqual({
    exitCode: 0,
    stderr: 'hairpin show-report: there is no display here',
    stdout: `${address}

Copy it, with the files that it links to, to a machine with a browser:
  scp -r ${hostname()}:${word} .

Or serve it to this machine's users, and look at it through ssh:
  python3 -m http.server --bind 127.0.0.1 --directory ${word} 8000
  ssh -L 8000:127.0.0.1:8000 ${hostname()}
  http://127.0.0.1:8000/report.html`,
  });
});

test('the same where no browser can be opened, with the reason', async ({ lab, onTestFinished }) => {
  const { folder, results, address } = await projectWithReport(onTestFinished);
  await writeFile(join(folder, 'xdg-open'), "#!/bin/sh\necho 'no method available' >&2\nexit 3\n");
  await chmod(join(folder, 'xdg-open'), 0o755);
  const host = lab.namespace('host');
  const env = { WAYLAND_DISPLAY: 'wayland-0', PATH: `${folder}:${process.env['PATH']}` };
  expect(await hairpin(host, ['show-report', results], { env })).toEqual({
    exitCode: 0,
    stderr: 'hairpin show-report: xdg-open failed: no method available',
    stdout: expect.stringContaining(`${address}\n\nCopy it`),
  });
  expect(await hairpin(host, ['show-report', results], { env: { ...env, PATH: folder } })).toMatchObject({
    exitCode: 0,
  });
});

test.for<[string, (folder: string) => string[], (folder: string) => string]>([
  ['no test-results', () => [], (folder) => `there is no ${folder}/test-results`],
  ['a folder without a report', () => ['.'], () => "'.' has no report.html"],
  ['nothing', () => ['nosuch'], (folder) => `there is no ${folder}/nosuch`],
])('%s: what is to be done', async ([, args, what], { lab, onTestFinished }) => {
  const folder = await projectFolder(onTestFinished);
  expect(await hairpin(lab.namespace('host'), ['show-report', ...args(folder)], { cwd: folder })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `hairpin: ${what(folder)}: run vitest with --reporter=hairpin/reporter, which writes test-results/report.html, or name the folder that has a report`,
  });
});

test("somebody else's page is not opened", async ({ lab, onTestFinished }) => {
  const folder = await projectFolder(onTestFinished);
  const page = join(folder, 'report.html');
  await writeFile(page, '<title>coverage</title>');
  expect(await hairpin(lab.namespace('host'), ['show-report', folder])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: `hairpin: ${page} is no report of hairpin: name the file that hairpin/reporter wrote, or its folder`,
  });
});
