import { readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { ROOT } from './doc-samples.ts';
import { startVitest } from './leaks/nested-vitest.ts';

// host: vitest in each of its pools
test.for(['hairpin', 'forks', 'threads'])('the article runs in pool %s', async (pool, { lab }) => {
  const args = ['specs/article/vepa.spec.ts', ...(pool === 'hairpin' ? [] : [`--pool=${pool}`])];
  const { exitCode, all } = await startVitest(lab.namespace('host'), args);
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('9 passed') });
});

test("without the privilege, hairpin's pool says once what is missing, and what to do about it", async ({ lab }) => {
  const specs = ['specs/article/vepa.spec.ts', 'specs/article/bridge.spec.ts'];
  const { exitCode, all } = await startVitest(lab.namespace('host'), specs, {
    wrapper: ['setpriv', '--bounding-set', '-all'],
  });
  expect(exitCode).toBe(1);
  const sentence =
    "Error: hairpin's pool cannot give its workers their own namespaces: root has no CAP_SYS_ADMIN here, as in a plain " +
    'container: start the container with docker run --privileged ';
  expect(String(all).split(sentence)).toHaveLength(2);
  expect(all).not.toMatch(/^ +at /m);
});

test("without the privilege, vitest's own pools say what is missing", async ({ lab }) => {
  const { exitCode, all } = await startVitest(lab.namespace('host'), ['specs/article/vepa.spec.ts', '--pool=forks'], {
    wrapper: ['setpriv', '--bounding-set', '-all'],
  });
  expect(exitCode).toBe(1);
  expect(all).toContain('KernelError: unshare(CLONE_NEWNET): EPERM (operation not permitted)');
  expect(all).toContain(
    'usual cause: root has no CAP_SYS_ADMIN here, as in a plain container: start the container with',
  );
});

// host: vitest, with projects that have the plugin of the root's config
test('projects that extend a config with hairpin() have its pool', async ({ lab, onTestFinished }) => {
  const root = await mkdtemp(join(ROOT, '.projects-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const projects = [{ extends: true, test: { name: 'one' } }, { test: { name: 'two' } }];
  await writeFile(
    join(root, 'vitest.config.ts'),
    `import { hairpin } from '${ROOT}lib/config.ts';
     export default { plugins: [hairpin()], test: { projects: ${JSON.stringify(projects)} } };`,
  );
  await writeFile(
    join(root, 'own.test.ts'),
    `import { readlinkSync } from 'node:fs';
     import { expect, test } from 'vitest';
     test('is in a network of its own', () => {
       expect(readlinkSync('/proc/self/ns/net')).not.toBe(process.env.HOST);
     });`,
  );
  const host = lab.namespace('host');
  const HOST = readlinkSync(host.path);
  const { exitCode, all } = await startVitest(host, [], { root, env: { HOST } });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('2 passed') });
});
