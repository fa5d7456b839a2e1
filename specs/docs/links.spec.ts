import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../doc-samples.ts';

const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...globSync('docs/*.md', { cwd: ROOT })];
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const textOf = (page: string) => read(page).replaceAll(/^```.*?^```$/gms, '');

/** The targets of a page's links, but for the web's. */
const linksOf = (page: string) =>
  [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target).filter((each) => !/^\w+:/.test(each));

/** GitHub's anchors: letters, digits, hyphens and underscores are left; blanks become hyphens. */
const anchorsOf = (page: string) =>
  [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.for(PAGES)('%s leads nowhere that is not there', (page) => {
  const dead = linksOf(page).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
  expect(dead).toEqual([]);
});

test('the table of contents has every page, once', () => {
  const pages = globSync('*.md', { cwd: join(ROOT, 'docs') }).filter((page) => page !== 'README.md');
  expect(
    linksOf('docs/README.md')
      .filter((link) => !link.startsWith('..'))
      .toSorted(),
  ).toEqual(pages.toSorted());
});
