// Brings the pages of the repository together in `pages/`, as the site has them: all in one folder, the README first. Links
// are turned accordingly; what the site has no page for (source files) is named, and not linked.
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const PAGES = join(import.meta.dirname, 'pages');

/** Where each page of the repository is on the site. */
const places = new Map([
  ['README.md', 'index.md'],
  ...['CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].map((file) => [file, file.toLowerCase()] as const),
  ...globSync('docs/*.md', { cwd: ROOT }).map((file) => [file, basename(file)] as const),
  ['docs/README.md', 'contents.md'],
]);

rmSync(PAGES, { recursive: true, force: true });
mkdirSync(PAGES);
cpSync(join(ROOT, 'docs/images'), join(PAGES, 'images'), { recursive: true });
for (const [file, place] of places) {
  const text = readFileSync(join(ROOT, file), 'utf8');
  writeFileSync(join(PAGES, place), turnLinks(text, file));
}

function turnLinks(text: string, file: string): string {
  return text.replaceAll(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (whole, image, words, link) => {
    if (/^\w+:|^#/.test(link)) return whole;
    const [path, anchor] = link.split('#');
    const target = relative(ROOT, resolve(ROOT, file, '..', path));
    if (image) return `![${words}](./images/${basename(target)})`;
    const place = target === 'LICENSE' ? undefined : places.get(target);
    return place ? `[${words}](./${place}${anchor ? `#${anchor}` : ''})` : words;
  });
}
