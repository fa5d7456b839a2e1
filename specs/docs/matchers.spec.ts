import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type NetworkMatchers, test } from 'hairpin';
import { expectTypeOf } from 'vitest';
import { matchers } from '../../lib/matchers/index.ts';
import { ROOT } from '../doc-samples.ts';
import { failureOf } from '../matchers/failure-of.ts';

const page = await readFile(join(ROOT, 'docs/matchers.md'), 'utf8');

/** What hairpin says the options are, to one that is none. */
function optionsIn(message: string): string[] {
  const [, names = ''] = /the options are (.+)/.exec(message) ?? [];
  return names.split(', ').toSorted();
}

/** The names in the first columns of the tables of options under a heading, or in its sentence on them. */
function shownUnder(heading: string): string[] {
  const [, section = ''] = new RegExp(`^## ${heading}$(.*?)(?=^## |\\Z$)`, 'ms').exec(page) ?? [];
  const rows = [...section.matchAll(/^\| (`.+?`) \|/gm)].map(([, first = '']) => first);
  const [sentence = ''] = /Options: .*$/m.exec(section) ?? [];
  return [
    ...new Set([...rows, sentence].flatMap((text) => [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name))),
  ];
}

// a ── b
test('docs/matchers.md has every option, and no other', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b);
  const none = { none: 1 } as object;
  const reach = optionsIn(await failureOf(expect(a).toReach(b, none)));
  expect(shownUnder('toReach').toSorted()).toEqual(reach);
  const hear = optionsIn(await failureOf(expect(b).toHear(a, none)));
  const see = optionsIn(await failureOf(expect(eth0).toSee(a, none)));
  expect(shownUnder('toHear and toSee').toSorted()).toEqual([...new Set([...hear, ...see])].toSorted());
  const table = optionsIn(await failureOf(expect(lab).toMatchReachability('  a b\na . ✓\nb ✓ .', none)));
  expect(shownUnder('toMatchReachability').toSorted()).toEqual(table);
});

test('every matcher is declared, with its words and an example, for editors and the API reference', async () => {
  expectTypeOf<keyof NetworkMatchers>().toEqualTypeOf<keyof typeof matchers>();
  const source = await readFile(join(ROOT, 'lib/matchers/network-matchers.ts'), 'utf8');
  const declared = [...source.matchAll(/^ {2}\/\*\*\n((?: {3}\*.*\n)+?) {3}\*\/\n {2}(\w+)\(/gm)];
  expect(declared.map(([, , name]) => name).toSorted()).toEqual(Object.keys(matchers).toSorted());
  for (const [, words, name] of declared) expect(words).toMatch(new RegExp(`@example[^@]*${name}\\(`));
});
