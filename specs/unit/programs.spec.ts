import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import programs from '../programs.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const packagesOf = (...groups: (keyof typeof programs)[]) =>
  [...new Set(groups.flatMap((group) => Object.values(programs[group])))].toSorted();
const specs = globSync('specs/**/*.ts', { cwd: ROOT }).map((file) => ({ file, text: read(file) }));

/** What every Debian has: programs of packages that are `Essential: yes` or `Priority: required`. */
const EVERYWHERE = [
  ...[
    'apt-cache',
    'bash',
    'cat',
    'date',
    'false',
    'flock',
    'ldd',
    'ls',
    'mkfifo',
    'perl',
    'printf',
    'prlimit',
    'pwd',
    'readlink',
    'script',
    'setpriv',
    'taskset',
  ],
  ...['nsenter', 'setsid', 'sh', 'sleep', 'tar', 'test', 'true', 'unshare'],
  // And what has installed the packages of the checkout.
  ...['npm', 'npx'],
];

/** What a spec may run without asking: with less than these there is little left to run. */
const WITHOUT_ASKING = ['ip', 'bridge', 'tc', 'ss', 'nstat', 'ping', 'nft'];

/** Programs that a spec runs by a name of its own, as in `ns.exec('ip', …)`. */
const programsIn = (text: string) =>
  [...text.matchAll(/\b(?:exec|daemon|execa|execFileSync|spawn|spawnSync)\(\s*'([\w./-]+)'/g)].map(([, name]) =>
    String(name),
  );

test('the README installs what `npm test` needs, and nothing else', () => {
  const [, packages = ''] = /apt-get install -y ([^&]+) && npm ci && npm test$/m.exec(read('README.md')) ?? [];
  expect(packages.split(' ')).toEqual(packagesOf('core'));
});

test('CONTRIBUTING says what `npm run test:all` needs besides', () => {
  const [, packages = ''] = /apt-get install -y ([^&]+) && npm run test:all$/m.exec(read('CONTRIBUTING.md')) ?? [];
  expect(packages.split(' ')).toEqual(packagesOf('all').filter((name) => !packagesOf('core').includes(name)));
});

test.for(['.github/workflows/ci.yml', '.gitlab-ci.yml'])('%s installs all of it', (file) => {
  const [, packages = ''] = /REFEREES: (.+)$/m.exec(read(file)) ?? [];
  expect(packages.split(' ')).toEqual(expect.arrayContaining(packagesOf('core')));
});

test('every program that a spec runs has its package in the table', () => {
  const known = [...EVERYWHERE, ...Object.keys(programs.core), ...Object.keys(programs.all), 'no-such-program'];
  const unknown = specs.flatMap(({ file, text }) =>
    programsIn(text)
      .filter((name) => !known.includes(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

test('a spec asks for the programs that it runs', () => {
  const optional = Object.keys({ ...programs.core, ...programs.all }).filter((name) => !WITHOUT_ASKING.includes(name));
  const silent = specs.flatMap(({ file, text }) =>
    programsIn(text)
      .filter((name) => optional.includes(name) && !asked(text).includes(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(silent).toEqual([]);
});

test('no program is in the table that no spec runs', () => {
  const all = specs.filter(({ file }) => file !== 'specs/unit/programs.spec.ts').map(({ text }) => text);
  const others = [...WITHOUT_ASKING, ...all.flatMap(asked), ...all.flatMap(programsIn)];
  // Those at a path of their own are found by hairpin/plugins, and the engine by hairpin/containers.
  const unused = Object.keys({ ...programs.core, ...programs.all }).filter(
    (name) => !others.includes(name) && !name.startsWith('/') && !['dockerd', 'ifup'].includes(name),
  );
  expect(unused).toEqual([]);
});

/** The programs in `needs('git')`. */
function asked(text: string): string[] {
  return [...text.matchAll(/\b(?:needs|withoutPrograms)\(([^)]*)\)/g)].flatMap(([, names = '']) =>
    [...names.matchAll(/'([^']+)'/g)].map(([, name]) => String(name)),
  );
}
