import { expect, test } from 'hairpin';
import { startVitest } from './leaks/nested-vitest.ts';

// host: vitest in each of its pools
test.for(['hairpin', 'forks', 'threads'])('the article runs in pool %s', { timeout: 60_000 }, async (pool, { lab }) => {
  const args = ['specs/article/vepa.spec.ts', ...(pool === 'hairpin' ? [] : [`--pool=${pool}`])];
  const { exitCode, all } = await startVitest(lab.namespace('host'), args);
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('9 passed') });
});

test("without the privilege, vitest's own pools say what is missing", { timeout: 60_000 }, async ({ lab }) => {
  const { exitCode, all } = await startVitest(lab.namespace('host'), ['specs/article/vepa.spec.ts', '--pool=forks'], {
    wrapper: ['setpriv', '--bounding-set', '-all'],
  });
  expect(exitCode).toBe(1);
  expect(all).toContain('KernelError: unshare(CLONE_NEWNET): EPERM (operation not permitted)');
  expect(all).toContain('let the pool of hairpin/config make a user namespace for each worker');
});
