import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';
import { runProject } from './evidence-project.ts';

const TESTS = `import { expect, test } from 'hairpin';
test('fails', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b).b.set({ up: false });
  await expect(a).toReach(b);
});`;

const FILES = ['failure.json', 'lab.pcapng', 'lab.sh', 'state.txt', 'topology.svg', 'topology.mmd'].map(
  (name) => `test-results/some.test.ts-fails/${name}`,
);

// host: vitest, on a test that fails
test("vitest's own reporters carry the files of a failed test, at the line of the assertion", async ({
  lab,
  onTestFinished,
}) => {
  const { root, json } = await runProject(lab, '', TESTS, onTestFinished);
  const [junit, tap] = [join(root, 'junit.xml'), join(root, 'results.tap')];
  const reporters = ['junit', 'github-actions', 'tap'].map((name) => `--reporter=${name}`);
  const outputs = [`--outputFile.junit=${junit}`, `--outputFile.tap=${tap}`];
  const { all } = await startVitest(lab.namespace('second'), [...reporters, ...outputs], { root });
  const notices = String(all).matchAll(/^::notice file=.*?some\.test\.ts,line=5,column=\d+,title=.*?::(\S+)$/gm);
  expect([...notices].map(([, message]) => message)).toEqual(FILES);
  const xml = await readFile(junit, 'utf8');
  expect([...xml.matchAll(/<property name="evidence" value="(.*?)">/g)].map(([, value]) => value)).toEqual(FILES);
  const [{ meta }] = json.testResults[0].assertionResults;
  const { folder, files } = meta.hairpin.attempts[0].evidence;
  expect(files.map((name: string) => join('test-results', folder, name))).toEqual(FILES);
});
