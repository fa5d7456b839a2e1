import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ALONE, MACHINES, PROGRAMS } from '../../vitest.config.ts';
import { importsOf } from './layering.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const programs = globSync(PROGRAMS, { cwd: ROOT });
const core = globSync('specs/**/*.spec.{ts,tsx}', { cwd: ROOT }).filter((file) => !programs.includes(file));

/** Helpers that start vitest, hairpin, Docker, QEMU or a browser. */
const STARTERS =
  /\/(browser|cli\/hairpin|docker-pair|kernel-here|nested-vitest|test-image|their-engine|\w+-project)\.ts$/;

test('every pattern of a project has files', () => {
  for (const pattern of [...ALONE, ...PROGRAMS, ...MACHINES])
    expect(globSync(pattern, { cwd: ROOT }), pattern).not.toEqual([]);
});

test('no spec of the core starts a program that takes seconds', () => {
  const starting = core.filter((file) => importsOf(read(file)).some((path) => STARTERS.test(path)));
  expect(starting).toEqual([]);
});

test('MACHINES has exactly the specs that import kernel-here', () => {
  const booting = programs.filter((file) => importsOf(read(file)).some((path) => path.endsWith('/kernel-here.ts')));
  expect(globSync(MACHINES, { cwd: ROOT }).toSorted()).toEqual(booting.toSorted());
});

test('a spec that changes modules has a worker of its own', () => {
  const changing = core.filter((file) => /\bvi\.(mock|doMock|resetModules)\(/.test(read(file)));
  expect(changing.filter((file) => file !== 'specs/unit/projects.spec.ts' && !ALONE.includes(file))).toEqual([]);
});
