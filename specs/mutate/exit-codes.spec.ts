import { expect, test } from 'hairpin';
import { mutateProject } from './mutate-project.ts';

// shell: hairpin mutate, used rightly and wrongly
//
// a ── b ── c, of which nobody asks c
const HALF = `import { expect, test } from 'hairpin';
test('a reaches b', async ({ lab }) => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => lab.namespace(name));
  lab.cable(a, b);
  lab.cable(b, c);
  await expect(a).toReach(b);
});`;

const HALF_TABLE = `half.test.ts
  line  turned, and no test noticed
  5     b/eth1–c/eth0: unplugged
  5     b/eth1: addresses withdrawn
  5     c/eth0: addresses withdrawn

3 of 6 mutants noticed: score 50 %; no vacuous tests
`;

const FAILING = `import { expect, test } from 'hairpin';
test('fails', async ({ lab }) => {
  const [a, b] = ['a', 'b'].map((name) => lab.namespace(name));
  await expect(a).toReach('10.0.0.2');
});`;

const OTHER = `import { test } from 'hairpin';
test('has no network', () => {});`;

const FILES = { 'half.test.ts': HALF, 'failing.test.ts': FAILING, 'other.test.ts': OTHER };

const cases: [args: string[], exitCode: number, stdout: string, stderr: string][] = [
  [['half'], 0, HALF_TABLE, ''],
  [['half', '--threshold', '50'], 0, HALF_TABLE, ''],
  [['half', '--threshold', '51'], 1, HALF_TABLE, 'hairpin mutate: the score is below the threshold of 51 %'],
  [
    ['half', 'failing'],
    3,
    '',
    `hairpin mutate: failing.test.ts:2 "fails" fails as it is, with no knob turned: expect(a).toReach('10.0.0.2'): a has no IPv4 address to ask from; give it one: it has no interface: plug in a cable or a macvlan
hairpin mutate: the whole failure: npx vitest run failing.test.ts`,
  ],
  [['nowhere'], 2, '', 'hairpin mutate: no spec file matches nowhere; the config includes *.test.ts'],
  [['other'], 2, '', 'hairpin mutate: nothing to turn: of 1 test none has a network of its own'],
  [
    ['half', '--', '--nosuchflag'],
    2,
    '',
    'hairpin mutate: vitest run does not take these arguments: Unknown option `--nosuchflag`',
  ],
  [
    ['half', '--', '-t'],
    2,
    '',
    'hairpin mutate: vitest run does not take these arguments: option `-t, --testNamePattern <pattern>` value is missing',
  ],
  [['half', '--', '-t', 'has no'], 2, '', 'hairpin mutate: nothing to turn: no test of these files was run'],
  [['half', 'failing', '-t', 'a reaches b'], 0, HALF_TABLE, ''],
  [
    ['half', '-t', 'has no'],
    2,
    '',
    'hairpin mutate: nothing to turn: no test of these files was run: does a name match -t has no?',
  ],
];

test.for(cases)(
  'hairpin mutate %j exits with %i',
  async ([args, exitCode, stdout, stderr], { lab, onTestFinished }) => {
    const result = await mutateProject(lab, FILES, args, onTestFinished);
    expect(result).toEqual({ exitCode, stdout: stdout.trimEnd(), stderr });
  },
);

test('a threshold that is no percentage is wrong usage', async ({ lab, onTestFinished }) => {
  expect(await mutateProject(lab, FILES, ['--threshold', 'most'], onTestFinished)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("It must be a percentage from 0 to 100: received 'most'."),
  });
});
