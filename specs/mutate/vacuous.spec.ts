import { expect, test } from 'hairpin';
import { mutateProject } from './mutate-project.ts';

// shell: hairpin mutate, on a project of its own
//
// a ── sw ── b
const HEAD = `import { expect, test } from 'hairpin';
`;

const planted: [what: string, test: string, table: string][] = [
  [
    'a negative that a host without a cable passes, too, since only its failure counts',
    `test('isolated ports do not talk', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  for (const ns of [a, b]) lab.cable(ns, sw, { b: { isolated: true } });
  const { exitCode } = await a.exec('ping', ['-c1', '-W0.2', '10.0.0.2'], { reject: false });
  expect(exitCode).not.toBe(0.5);
});`,
    `  ✗ line 2: "isolated ports do not talk" is vacuous: it passes with each of 6 knobs of its network turned
  line  turned, and no test noticed
  4     a/eth0–sw/p0: unplugged
  4     a/eth0: addresses 10.0.0.1/24, fd00::1/64 withdrawn
  4     sw/p0: isolated on → off
  4     b/eth0–sw/p1: unplugged
  4     b/eth0: addresses 10.0.0.2/24, fd00::2/64 withdrawn
  4     sw/p1: isolated on → off`,
  ],
];

test.for(planted)('%s', { timeout: 60_000 }, async ([, text, table], { lab, onTestFinished }) => {
  const files = { 'planted.test.ts': HEAD + text };
  const { exitCode, stdout, stderr } = await mutateProject(lab, files, [], onTestFinished);
  expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 1, stderr: '', stdout: expect.stringContaining(table) });
});
