import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { clearPlace, folderIn, freshFolderIn, placeIn } from '../../lib/report/results.ts';
import { replaceFile, writeNewFile } from '../../lib/report/write-file.ts';

let results: string;
let outside: string;

beforeEach(({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-results-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  [results, outside] = [join(folder, 'test-results'), join(folder, 'outside')];
  for (const each of [results, outside]) mkdirSync(each);
  writeFileSync(join(outside, 'own'), 'precious');
});

/** What lies outside, which no run may touch. */
function untouched(): void {
  expect(readdirSync(outside)).toEqual(['own']);
  expect(readFileSync(join(outside, 'own'), 'utf8')).toBe('precious');
}

test.for(['', '.', '..', '../outside', 'a/b', '/', 'a\0b'])('nothing is cleared or made under the name %j', (name) => {
  for (const make of [placeIn, clearPlace, folderIn, freshFolderIn])
    expect(() => make(results, name)).toThrow('it must be the name of a file');
  untouched();
});

test.for(['', 'test-results'])('nothing is cleared or made in the folder %j', (folder) => {
  for (const make of [placeIn, clearPlace, folderIn, freshFolderIn])
    expect(() => make(folder, 'a')).toThrow(`a result cannot have the name 'a' in '${folder}'`);
});

test('a link in the place of a folder gives way, and is not followed', () => {
  for (const make of [folderIn, freshFolderIn, clearPlace]) {
    symlinkSync(outside, join(results, 'a'));
    make(results, 'a');
    expect(lstatSync(join(results, 'a'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false).toBe(false);
    clearPlace(results, 'a');
  }
  untouched();
});

test('a link in the place of a file gives way, and is not followed', () => {
  const path = join(results, 'report.html');
  symlinkSync(join(outside, 'own'), path);
  replaceFile(path, 'report');
  expect(lstatSync(path).isFile()).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('report');
  untouched();
});

test('a new file is never one that is there, nor a link', () => {
  const path = join(results, 'lab.pcapng');
  symlinkSync(join(outside, 'own'), path);
  expect(() => writeNewFile(path, 'capture')).toThrow('EEXIST');
  untouched();
});

test('a file that cannot be written whole leaves the old one, and nothing else', () => {
  const path = join(results, 'report.html');
  replaceFile(path, 'old');
  expect(() => replaceFile(path, 3 as never)).toThrow(TypeError);
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(readdirSync(results)).toEqual(['report.html']);
});

test('without a umask, too, nobody else may write to results', ({ onTestFinished }) => {
  const before = process.umask(0);
  onTestFinished(() => {
    process.umask(before);
  });
  replaceFile(join(folderIn(join(results, 'deep'), 'folder'), 'file'), 'report');
  const modes = ['deep', 'deep/folder', 'deep/folder/file'].map((path) => lstatSync(join(results, path)).mode & 0o777);
  expect(modes.map((mode) => mode.toString(8))).toEqual(['775', '775', '664']);
});
