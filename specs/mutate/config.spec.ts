import { expect, test } from 'hairpin';
import { mutateProject } from './mutate-project.ts';

// shell: hairpin mutate, on a workspace of two projects, with a setup file, beforeEach and concurrent tests
//
// a ── b
const SPEC = `import { beforeEach, expect, test } from 'hairpin';
beforeEach(({ lab }) => {
  lab.cable(lab.namespace('a'), lab.namespace('b'));
});
test.concurrent.for([4, 6])('a reaches b over IPv%i', async (family, { lab }) => {
  const [a, b] = lab.namespaces;
  expect(globalThis.isSetUp).toBe(true);
  await expect(a).toReach(b, { family });
});`;

const CONFIG = `{
  projects: [
    { extends: true, test: { name: 'one', include: ['one.test.ts'], setupFiles: ['./setup.ts'] } },
    { extends: true, test: { name: 'two', include: ['two.test.ts'] } },
  ],
}`;

test("the project's own config holds, and the arguments of vitest", async ({ lab, onTestFinished }) => {
  const files = { 'one.test.ts': SPEC, 'two.test.ts': SPEC, 'setup.ts': 'globalThis.isSetUp = true;' };
  const args = ['--json', '--', '--project', 'one'];
  const { exitCode, stdout, stderr } = await mutateProject(lab, files, args, onTestFinished, CONFIG);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ killed: 3, mutants: 3, score: 100, survivors: [], vacuous: [] });
});
