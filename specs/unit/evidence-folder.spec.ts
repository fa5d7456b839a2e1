import { expect, test } from 'vitest';
import { evidenceFolder, type TestIdentity } from '../../lib/report/failure/evidence-folder.ts';

const folder = (file: string, name: string, more: Partial<TestIdentity> = {}) =>
  evidenceFolder({ file, test: name, ...more });

test('the names are the folder, with a hash where it cannot say them as they are', () => {
  expect(folder('vepa.spec.ts', 'fails')).toBe('vepa.spec.ts-fails');
  expect(folder('a-b.spec.ts', 'X')).toBe('a-b.spec.ts-X');
  expect(folder('article/vepa.spec.ts', 'ns2 → ns1')).toMatch(/^article-vepa\.spec\.ts-ns2-ns1-[\da-f]{8}$/);
  expect(folder('a.spec.ts', 'X', { project: 'unit' })).toMatch(/^unit-a\.spec\.ts-X-[\da-f]{8}$/);
  expect(folder('a.spec.ts', 'X', { label: 'sudo' })).toMatch(/^sudo-a\.spec\.ts-X-[\da-f]{8}$/);
  expect(folder('a.spec.ts', 'X', { number: 2 })).toBe('a.spec.ts-X-2');
});

test('no two tests have the same', () => {
  const long = '名'.repeat(120);
  const all = [
    ...[
      folder('a-b.spec.ts', 'X'),
      folder('a/b.spec.ts', 'X'),
      folder('a b.spec.ts', 'X'),
      folder('a-b.spec.ts', 'X '),
    ],
    ...[
      folder('a.spec.ts', 'b c'),
      folder('a.spec.ts', 'b-c'),
      folder('a.spec.ts', 'b > c'),
      folder('a.spec.ts-b', 'c'),
    ],
    ...['one', 'two', 'one two'].map((project) => folder('a.spec.ts', 'X', { project })),
    ...[folder('a.spec.ts', 'X', { label: 'one' }), folder('one-a.spec.ts', 'X'), folder('one/a.spec.ts', 'X')],
    ...[
      folder('a.spec.ts', `${long}1`),
      folder('a.spec.ts', `${long}2`),
      folder('a.spec.ts', `${long}1`, { number: 2 }),
    ],
    ...[
      folder('a.spec.ts', 'X-2'),
      folder('a.spec.ts', 'X', { number: 2 }),
      folder('a.spec.ts', '→'),
      folder('a.spec.ts', '←'),
    ],
  ];
  expect(new Set(all).size).toBe(all.length);
  expect(Math.max(...all.map((name) => Buffer.byteLength(name)))).toBeLessThan(255);
});
