import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { ROOT } from '../doc-samples.ts';
import { OUTSIDE_OF_RUN } from '../outside-of-run.ts';
import { hairpin } from './hairpin.ts';

const VEPA = 'specs/article/vepa.spec.ts';
const LIVE = 'a live switch port turned to hairpin';

const OWN = { cwd: ROOT, env: OUTSIDE_OF_RUN };

// host: hairpin graph, on specs of this repository
test('graph draws the network of each test as it was at its end', async ({ lab }) => {
  const { exitCode, stdout } = await hairpin(lab.namespace('host'), ['graph', VEPA, '-t', LIVE], OWN);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: `specs/article/vepa.spec.ts:43 "a live switch port turned to hairpin is all that it takes"
[ns1] m1 (macvlan vepa) ─┬─ [host] up0 ── p0 {sw} p1 ── eth0 [gateway]
[ns2] m2 (macvlan vepa) ─┘                        p2 ── eth0 [neighbour]`,
  });
});

test('graph writes one drawing as SVG and for Mermaid', async ({ lab, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-graph-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [svg, mermaid] = [join(folder, 'lab.svg'), join(folder, 'lab.mmd')];
  const host = lab.namespace('host');
  const files = ['--svg', svg, '--mermaid', mermaid];
  expect(await hairpin(host, ['graph', VEPA, '-t', LIVE, ...files], OWN)).toMatchObject({ exitCode: 0, stdout: '' });
  expect(await readFile(svg, 'utf8')).toContain('data-edge="ns1/m1 host/up0"');
  expect(await readFile(mermaid, 'utf8')).toMatch(/^flowchart LR\n/);
  const printed = await hairpin(host, ['graph', VEPA, '-t', LIVE, '--mermaid', '-'], OWN);
  expect(printed.stdout).toMatch(/^flowchart LR\n/);
  const nowhere = join(folder, 'no', 'lab.svg');
  expect(await hairpin(host, ['graph', VEPA, '-t', LIVE, '--svg', nowhere], OWN)).toMatchObject({
    exitCode: 3,
    stderr: `hairpin: ${nowhere} cannot be written: there is no folder ${join(folder, 'no')}`,
  });
});

test.for<[string, string[], string | RegExp]>([
  ['a file that is not there', ['nosuch'], /^hairpin graph: no spec file matches nosuch; the config includes /],
  [
    'tests without a network',
    ['specs/unit/arp.spec.ts', '-t', 'request'],
    /^hairpin graph: nothing to draw: of \d+ tests? none has a network of its own$/,
  ],
  [
    'a name that no test has',
    [VEPA, '-t', 'nosuch'],
    'hairpin graph: nothing to draw: no test of these files was run: does a name match -t nosuch?',
  ],
  [
    'several tests and one file',
    [VEPA, '-t', 'behind a switch that reflects', '--svg', '/dev/null'],
    `hairpin graph: a file has one drawing: choose a test by -t:
  specs/article/vepa.spec.ts:30 "behind a switch that reflects > ns2 reaches ns1"
  specs/article/vepa.spec.ts:36 "behind a switch that reflects > one broadcast of ns1 gets to ns2 once"`,
  ],
])('graph of %s is wrong usage', async ([, args, message], { lab }) => {
  const { exitCode, stdout, stderr } = await hairpin(lab.namespace('host'), ['graph', ...args], OWN);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  if (typeof message === 'string') expect(stderr).toBe(message);
  else expect(stderr).toMatch(message);
});
