import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig } from 'vitepress';

// A dead link fails the build. `collect.ts` has made the pages.
export default defineConfig({
  title: 'hairpin',
  description: 'Playwright for Linux networks',
  srcDir: 'pages',
  // GitHub Pages has a project's site in a folder of its name.
  base: process.env['SITE_BASE'] ?? '/',
  themeConfig: {
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Matchers', link: '/matchers' },
      { text: 'Cookbook', link: '/cookbook' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' },
  },
  markdown: {
    anchor: { slugify },
    // Samples name their kind behind the language, as in `ts spec`.
    config: (md) => {
      const { fence } = md.renderer.rules;
      md.renderer.rules.fence = (tokens, index, options, env, self) => {
        const token = tokens[index];
        if (token?.info === 'mermaid') return `<Mermaid code="${encodeURIComponent(token.content)}" />`;
        return fence?.(tokens, index, options, env, self) ?? '';
      };
    },
  },
});

/** The table of contents of docs/README.md. */
function sidebar(): DefaultTheme.SidebarItem[] {
  const contents = readFileSync(fileURLToPath(new URL('../pages/contents.md', import.meta.url)), 'utf8');
  const sections = contents.split(/^## /m).slice(1);
  return sections.map((section) => ({
    text: section.slice(0, section.indexOf('\n')),
    items: [...section.matchAll(/^\| \[([^\]]+)\]\(\.\/([\w-]+)\.md\)/gm)].map(([, text = '', page]) => ({
      text: text.replaceAll('`', ''),
      link: `/${page}`,
    })),
  }));
}

/** As GitHub's, where the pages are read, too: letters, digits, hyphens and underscores are left; blanks become hyphens. */
function slugify(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
