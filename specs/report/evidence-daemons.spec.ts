import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { runProject } from './evidence-project.ts';

// host: vitest, on tests whose daemons serve, or die
//
// a ── b
const TESTS = `import { expect, test } from 'hairpin';
const build = async (lab, script) => {
  const [a, b] = ['a', 'b'].map((name) => lab.namespace(name));
  lab.cable(a, b);
  const daemon = await b.daemon('perl', ['-e', '$| = 1; print "started\\\\n";' + script], { ready: { log: 'started' } });
  return { a, b, daemon };
};
test('asks in vain', async ({ lab }) => {
  const { a, b } = await build(lab, 'sleep 1000');
  await expect(a).not.toReach(b);
});
test('dies', async ({ lab }) => {
  const { daemon } = await build(lab, 'print STDERR "out of leases"; exit 7');
  await expect.poll(() => daemon.running).toBe(false);
});
test('passes', async ({ lab }) => {
  const { a, b } = await build(lab, 'sleep 1000');
  await expect(a).toReach(b);
});
`;

test('what daemons have printed is kept with the evidence of a failure', async ({ lab, onTestFinished }) => {
  const { results, folders, all, json } = await runProject(lab, '{}', TESTS, onTestFinished);
  expect(json).toMatchObject({ numPassedTests: 1, numFailedTests: 2 });
  expect(folders.toSorted()).toEqual(
    ['some.test.ts-asks-in-vain', 'some.test.ts-dies'].map((name) => expect.stringContaining(name)),
  );
  const [asked = '', died = ''] = await Promise.all(
    folders.toSorted().map((folder) => readFile(join(results, folder, 'daemons.txt'), 'utf8')),
  );
  expect(asked).toMatch(/^== b\.daemon\('perl', .*\): running\nstarted\n$/);
  expect(died).toMatch(/^== b\.daemon\('perl', .*\): exit code 7\nstarted\nout of leases\n$/);
  expect(all).toMatch(/Reproduce: \S+lab\.sh {3}Daemons: \S+daemons\.txt/);
  expect(all).toMatch(/a daemon has ended before its lab: b\.daemon\('perl', .*\): exit code 7\n/);
});
