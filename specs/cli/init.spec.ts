import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'hairpin';
import { projectFolder, ROOT } from '../doc-samples.ts';
import { startVitest } from '../leaks/nested-vitest.ts';
import { MAIN } from './hairpin.ts';
import { initProject } from './init-project.ts';

const own = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));

// host: hairpin init, in a folder where hairpin is the package as built, then vitest and tsc
test('what it writes into an empty folder is a project whose spec passes, with its types', async ({
  lab,
  onTestFinished,
}) => {
  const host = lab.namespace('host');
  const folder = await projectFolder(onTestFinished);
  const { stdout } = await host.exec(process.execPath, [MAIN, 'init'], { cwd: folder });
  expect(stdout).toContain('wrote     vepa.test.ts');
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/hairpin'));
  // vitest's own 5 s for a test are little on a busy machine.
  const { exitCode, all } = await startVitest(host, ['--testTimeout=60000'], { root: folder });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('1 passed') });
  // A helper by its file's name, as vitest and Node take it.
  await writeFile(join(folder, 'helper.ts'), 'export const one = 1;\n');
  await writeFile(join(folder, 'own.ts'), "import { one } from './helper.ts';\nexport const two = one + 1;\n");
  const { stdout: errors } = await execa(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { reject: false });
  expect(errors).toBe('');
});

// host: hairpin init, from here on
test('in an empty folder it says what it wrote, and the next command', async ({ lab, onTestFinished }) => {
  const project = await initProject(lab.namespace('host'), {}, onTestFinished);
  expect(await project.init()).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: `wrote     package.json
wrote     vitest.config.ts
wrote     tsconfig.json
wrote     vepa.test.ts
wrote     .gitignore

Next: npm install && npm test`,
  });
  expect(JSON.parse(await project.read('package.json'))).toEqual({
    private: true,
    type: 'module',
    scripts: { test: 'vitest run' },
    devDependencies: {
      '@types/node': own.devDependencies['@types/node'],
      // From a checkout; from a registry it is the version.
      hairpin: `file:${ROOT.slice(0, -1)}`,
      vitest: own.peerDependencies.vitest,
    },
    allowScripts: { koffi: false },
  });
  expect(await project.read('.gitignore')).toBe('node_modules/\ntest-results/\n.vitest/\n');
});

test('a second run changes nothing', async ({ lab, onTestFinished }) => {
  const project = await initProject(lab.namespace('host'), {}, onTestFinished);
  await project.init();
  const before = await project.all();
  expect(await project.init()).toMatchObject({
    exitCode: 0,
    stdout: `kept      package.json (nothing is missing)
kept      vitest.config.ts (it has the plugin)
kept      tsconfig.json (as hairpin init writes it)
kept      vepa.test.ts (as hairpin init writes it)
kept      .gitignore (nothing is missing)

Next: npm install && npm test`,
  });
  expect(await project.all()).toEqual(before);
});

test('what a project has stays, and it says what to add by hand', async ({ lab, onTestFinished }) => {
  const files = {
    'package.json':
      '{\n\t"name": "office",\n\t"scripts": { "test": "jest" },\n\t"devDependencies": { "vitest": "^3.2.0" }\n}\n',
    'vite.config.js': 'export default {};\n',
    'tsconfig.json': '{}\n',
    '.gitignore': '/node_modules',
    'tests/office.test.js': '',
  };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  expect(await project.init()).toEqual({
    exitCode: 0,
    stderr: '',
    stdout: `added to  package.json (devDependencies.@types/node, devDependencies.hairpin, allowScripts.koffi); add by hand:
    "vitest": "${own.peerDependencies.vitest}" in place of "^3.2.0": hairpin does not work with that one
kept      vite.config.js; add by hand:
    import { hairpin } from 'hairpin/config';
    plugins: [hairpin()]
kept      tsconfig.json; add by hand:
    "lib": ["es2024", "esnext.disposable"] and "types": ["node"], for the editor
wrote     tests/vepa.test.ts
added to  .gitignore (test-results/, .vitest/)

Next: npm install && npx vitest run tests/vepa.test.ts`,
  });
  const { 'package.json': manifest, '.gitignore': ignored, 'tests/vepa.test.ts': spec, ...rest } = await project.all();
  expect(manifest).toMatch(/^\{\n\t"name": "office",\n\t"scripts": \{\n\t\t"test": "jest"\n\t\}/);
  expect(JSON.parse(String(manifest)).devDependencies.vitest).toBe('^3.2.0');
  expect(ignored).toBe('/node_modules\ntest-results/\n.vitest/\n');
  expect(spec).toContain("import { expect, test } from 'hairpin';");
  const { 'package.json': _, '.gitignore': __, ...untouched } = files;
  expect(rest).toEqual(untouched);
});

test('a second run keeps the first spec, though a folder for specs has come since', async ({ lab, onTestFinished }) => {
  const files = { 'vepa.test.ts': '// mine\n', 'tests/office.test.ts': '' };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  expect((await project.init()).stdout).toContain('kept      vepa.test.ts');
  expect(await project.all()).toMatchObject({ 'vepa.test.ts': '// mine\n' });
  expect(await project.all()).not.toHaveProperty(['tests/vepa.test.ts']);
});

test('where the config has projects, it says that one must include the spec', async ({ lab, onTestFinished }) => {
  const files = {
    'vitest.config.ts': "export default { test: { projects: [{ test: { include: ['unit/*.test.ts'] } }] } };\n",
  };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  expect((await project.init()).stdout).toContain(`kept      vitest.config.ts; add by hand:
    import { hairpin } from 'hairpin/config';
    plugins: [hairpin()]
    'vepa.test.ts' to the include of a project
`);
});

test('in a package of CommonJS the config is an ES module by its name', async ({ lab, onTestFinished }) => {
  const manifest = '{ "type": "commonjs", "scripts": { "test": "echo \\"Error: no test specified\\" && exit 1" } }';
  const project = await initProject(lab.namespace('host'), { 'package.json': manifest }, onTestFinished);
  expect((await project.init()).stdout).toContain('wrote     vitest.config.mts');
  // As npm init has left it: nobody's own script.
  expect(JSON.parse(await project.read('package.json'))).toMatchObject({
    type: 'commonjs',
    scripts: { test: 'vitest run' },
  });
});

test.for<[string, Record<string, string>, Record<string, string>, string]>([
  ['package-lock.json', { 'package-lock.json': '{}' }, { npm_config_user_agent: 'pnpm/10.1.0 npm/?' }, 'npm install'],
  ['pnpm-lock.yaml', { 'pnpm-lock.yaml': '' }, {}, 'pnpm install && pnpm test'],
  ['yarn.lock', { 'yarn.lock': '' }, {}, 'yarn install && yarn test'],
  [
    'packageManager',
    { 'package.json': '{ "packageManager": "yarn@4.1.0" }', 'pnpm-lock.yaml': '' },
    {},
    'yarn install',
  ],
  ['who has started it', {}, { npm_config_user_agent: 'pnpm/10.1.0 npm/? node/v24.1.0' }, 'pnpm install'],
])('%s tells the package manager', async ([, files, env, next], { lab, onTestFinished }) => {
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  expect((await project.init([], env)).stdout).toContain(`Next: ${next}`);
});

test('yarn gets the vite that vitest asks for', async ({ lab, onTestFinished }) => {
  const project = await initProject(lab.namespace('host'), { 'yarn.lock': '' }, onTestFinished);
  await project.init();
  const vite = JSON.parse(await readFile(join(ROOT, 'node_modules/vitest/package.json'), 'utf8')).peerDependencies.vite;
  expect(vite.split(' || ')).toContain(JSON.parse(await project.read('package.json')).devDependencies.vite);
});

test.for<[string, Record<string, string>, Record<string, unknown>]>([
  ['npm', { 'package-lock.json': '' }, { allowScripts: { koffi: false } }],
  ['yarn', { 'yarn.lock': '' }, { dependenciesMeta: { koffi: { built: false } } }],
])("%s gets its setting of koffi's script in package.json", async ([, files, setting], { lab, onTestFinished }) => {
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  await project.init();
  const { allowScripts, dependenciesMeta } = JSON.parse(await project.read('package.json'));
  expect({ allowScripts, dependenciesMeta }).toEqual(setting);
});

test.for<[string, Record<string, boolean>, Record<string, boolean>]>([
  ['of other packages are kept', { esbuild: true }, { esbuild: true, koffi: false }],
  ['of koffi are kept', { koffi: true }, { koffi: true }],
  ["of one version of koffi's are kept", { 'koffi@3.3.4': true }, { 'koffi@3.3.4': true }],
])("npm's settings %s", async ([, allowScripts, expected], { lab, onTestFinished }) => {
  const files = { 'package.json': JSON.stringify({ allowScripts }) };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  await project.init();
  expect(JSON.parse(await project.read('package.json')).allowScripts).toEqual(expected);
});

test.for<[string, string]>([
  ['package-lock.json', 'allowScripts'],
  ['yarn.lock', 'dependenciesMeta'],
])('in a workspace with %s the setting is at its top', async ([lockfile, field], { lab, onTestFinished }) => {
  const files = {
    ...{ '.git': '', [lockfile]: '', 'package.json': '{\n    "workspaces": ["net"]\n}\n' },
    'net/package.json': '{ "type": "module" }',
  };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  expect((await project.init(['net'])).stdout).toContain(`added to  ../package.json (${field}.koffi)`);
  expect(await project.read('package.json')).toContain(
    `{\n    "workspaces": [\n        "net"\n    ],\n    "${field}": {`,
  );
  expect(JSON.parse(await project.read('net/package.json'))).not.toHaveProperty(field);
  expect((await project.init(['net'])).stdout).toContain('kept      ../package.json (it decides on koffi)');
});

test('a workspace needs no repository: the lockfile at its top says which package manager it has', async ({
  lab,
  onTestFinished,
}) => {
  const files = {
    'yarn.lock': '',
    'package.json': '{ "workspaces": ["net"] }',
    'net/package.json': '{ "type": "module" }',
  };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  const { stdout } = await project.init(['net']);
  expect(stdout).toContain('added to  ../package.json (dependenciesMeta.koffi)');
  expect(stdout).toContain('Next: cd net && yarn install && yarn test');
});

test('a dependency on koffi is no decision on its script', async ({ lab, onTestFinished }) => {
  const files = {
    ...{ '.git': '', 'package.json': '{ "workspaces": ["./packages/*/"], "dependencies": { "koffi": "^3.0.0" } }' },
    'packages/net/package.json': '{ "type": "module" }',
  };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  expect((await project.init(['packages/net'])).stdout).toContain('added to  ../../package.json (allowScripts.koffi)');
});

test('a workspace above that a folder does not belong to is left alone', async ({ lab, onTestFinished }) => {
  const top = '{ "workspaces": ["packages/*"] }';
  const files = { '.git': '', 'package.json': top, 'tools/net/package.json': '{ "type": "module" }' };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  await project.init(['tools/net']);
  expect(await project.read('package.json')).toBe(top);
  expect(JSON.parse(await project.read('tools/net/package.json'))).toMatchObject({ allowScripts: { koffi: false } });
});

test('a list in .npmrc stays in force: npm passes over it where package.json has one', async ({
  lab,
  onTestFinished,
}) => {
  const files = { '.npmrc': 'allow-scripts=esbuild\n' };
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  expect((await project.init()).stdout).toContain('kept      .npmrc; add by hand:\n    allow-scripts[]=koffi\n');
  expect(await project.read('package.json')).not.toContain('allowScripts');
});

test.for<[string, Record<string, string>]>([
  ['a repository', { '.git': '' }],
  ['no repository yet', {}],
])(
  "pnpm gets its setting of koffi's script, at the top of the workspace, in %s",
  async ([, git], { lab, onTestFinished }) => {
    const files = { ...git, 'pnpm-workspace.yaml': 'packages:\n  - net', 'net/package.json': '{ "type": "module" }' };
    const project = await initProject(lab.namespace('host'), files, onTestFinished);
    const { stdout } = await project.init(['net']);
    expect(stdout).toContain('added to  ../pnpm-workspace.yaml (allowBuilds.koffi)');
    expect(stdout).toContain('Next: cd net && pnpm install && pnpm test');
    expect(await project.read('pnpm-workspace.yaml')).toBe('packages:\n  - net\nallowBuilds:\n  koffi: false\n');
    expect((await project.init(['net'])).stdout).toContain('kept      ../pnpm-workspace.yaml (it decides on koffi)');
  },
);

test('settings of builds that pnpm has already are left to the reader', async ({ lab, onTestFinished }) => {
  const text = 'allowBuilds:\n  esbuild: true\n';
  const project = await initProject(lab.namespace('host'), { 'pnpm-workspace.yaml': text }, onTestFinished);
  expect((await project.init()).stdout).toContain(
    'kept      pnpm-workspace.yaml; add by hand:\n    allowBuilds:\n      koffi: false\n',
  );
  expect(await project.read('pnpm-workspace.yaml')).toBe(text);
});

test('a folder that is not there is made', async ({ lab, onTestFinished }) => {
  const project = await initProject(lab.namespace('host'), {}, onTestFinished);
  expect((await project.init(['my office'])).stdout).toContain("Next: cd 'my office' && npm install && npm test");
  expect(Object.keys(await project.all())).toContain('my office/vepa.test.ts');
});

test.for<[string, Record<string, string>, string[], number, string | RegExp]>([
  ['a package.json that is cut off', { 'package.json': '{' }, [], 2, /^hairpin: package\.json is not JSON: /],
  [
    'a package.json without an object',
    { 'package.json': '[]' },
    [],
    2,
    'hairpin: package.json must have an object in it',
  ],
  ['a file for a folder', { here: '' }, ['here'], 2, "hairpin: init: 'here' is a file, not a folder"],
  ['an empty name', {}, [''], 2, /argument 'folder'\. It must not be empty\./],
  ['a CI system that it does not know', {}, ['--ci', 'x'], 2, /'x' is invalid\. Allowed choices are github, gitlab\./],
  ['a name that no folder can have', {}, ['x'.repeat(256)], 3, /^hairpin: ENAMETOOLONG: /],
])('%s is refused, and nothing is written', async ([, files, args, exitCode, message], { lab, onTestFinished }) => {
  const project = await initProject(lab.namespace('host'), files, onTestFinished);
  const result = await project.init(args);
  expect(result).toMatchObject({ exitCode, stdout: '' });
  if (typeof message === 'string') expect(result.stderr).toBe(message);
  else expect(result.stderr).toMatch(message);
  expect(await project.all()).toEqual(files);
});

// host: hairpin, as npm installs it from a tarball
test('installed from a file, it has the project ask for that file', async ({ lab, onTestFinished }) => {
  const host = lab.namespace('host');
  const installed = { 'package.json': '{ "dependencies": { "hairpin": "file:../hairpin-0.1.0.tgz" } }' };
  const project = await initProject(host, installed, onTestFinished);
  const root = join(project.folder, 'node_modules/hairpin');
  await mkdir(join(root, 'dist'), { recursive: true });
  await writeFile(join(root, 'package.json'), await readFile(join(ROOT, 'package.json')));
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  await cp(join(ROOT, 'dist/lib'), join(root, 'dist/lib'), { recursive: true });
  await host.exec(process.execPath, [join(root, 'dist/lib/cli/main.js'), 'init', 'new'], { cwd: project.folder });
  expect(JSON.parse(await project.read('new/package.json')).devDependencies.hairpin).toBe(
    `file:${join(project.folder, '../hairpin-0.1.0.tgz')}`,
  );
  await writeFile(join(project.folder, 'package.json'), '{ "dependencies": { "hairpin": "^0.1.0" } }');
  await host.exec(process.execPath, [join(root, 'dist/lib/cli/main.js'), 'init', 'newer'], { cwd: project.folder });
  expect(JSON.parse(await project.read('newer/package.json')).devDependencies.hairpin).toBe(`^${own.version}`);
});
