import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { architecturePage, drawing, foldersOfTable } from './architecture-page.ts';

// Written anew by `npx vitest run specs/unit/architecture-page.spec.ts -u`.
test('docs/architecture.md shows the folders and their imports as they are', async () => {
  await expect(architecturePage()).toMatchFileSnapshot('../../docs/architecture.md');
});

test('every folder is told of', () => {
  const { told, there } = foldersOfTable();
  expect(told).toEqual(there);
});

test('every file that the page names is there', () => {
  const paths = [...architecturePage().matchAll(/`((?:lib|specs|fixtures|bench)[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );
  const isThere = (path: string) => existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !isThere(path))).toEqual([]);
});

test('of several ways to a folder the longest is drawn', () => {
  const imports = new Map([
    ['matchers', new Set(['probes', 'kernel'])],
    ['probes', new Set(['kernel'])],
    ['kernel', new Set<string>()],
  ]);
  expect(drawing(imports)).toBe('```mermaid\nflowchart TD\n  matchers --> probes\n  probes --> kernel\n```');
});
