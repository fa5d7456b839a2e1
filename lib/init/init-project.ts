import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { decideOnKoffi, decidingFile } from './decide-on-koffi.ts';
import { foldersUp } from './folders-up.ts';
import { amendManifest } from './manifest.ts';
import { askForOwn, type ProjectDependencies } from './own-package.ts';
import { COMMANDS, type PackageManager, packageManagerOf } from './package-manager.ts';
import { endLine, ProjectFiles } from './project-files.ts';
import type { Step } from './step.ts';
import { CONFIG, githubWorkflow, gitlabJob, SPEC, TSCONFIG } from './templates.ts';

export const CI_SYSTEMS = ['github', 'gitlab'] as const;
export type CiSystem = (typeof CI_SYSTEMS)[number];

export interface Initialized {
  steps: Step[];
  /** What to type next. */
  next: string;
}

/** What vitest asks for, which npm and pnpm bring along, and yarn does not. */
const VITE = '^8.0.0';
const IGNORED = ['node_modules/', 'test-results/', '.vitest/'];
const SPEC_FOLDERS = ['tests', 'test', 'specs', 'spec', '__tests__'];
const SPEC_NAME = 'vepa.test.ts';
const CONFIG_NAMES = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((ending) => `${name}.${ending}`),
);

/**
 * Makes a folder a project with specs of networks, or adds them to the project that it is. Nothing that is there is changed but
 * for what is added to package.json, .gitignore, and the workspace's package.json or pnpm-workspace.yaml.
 *
 * @throws UsageError for a package.json that is not JSON
 */
export function initProject(folder: string, ci: CiSystem | undefined, asked = askForOwn()): Initialized {
  const manager = packageManagerOf(folder);
  const files = new ProjectFiles(folder);
  // Before the first file is written: it may be refused.
  const deciding = decidingFile(files, manager);
  const isOwn = deciding === 'package.json';
  const manifest = amendManifest(files.read('package.json'), packagesFor(manager, asked), isOwn ? manager : undefined);
  files.add('package.json', manifest.text, manifest.added.join(', '), manifest.byHand);
  const spec = specOf(folder);
  addConfig(files, manifest.isModule, spec);
  files.make('tsconfig.json', TSCONFIG, [
    '"lib": ["es2024", "esnext.disposable"] and "types": ["node"], for the editor',
  ]);
  files.make(spec, SPEC);
  ignoreResults(files);
  if (!isOwn) decideOnKoffi(files, deciding, manager);
  if (ci) addCi(files, ci, manager);
  const { install, test, run } = COMMANDS[manager];
  return { steps: files.steps, next: `${install} && ${manifest.testsByScript ? test : `${run} vitest run ${spec}`}` };
}

/** Where the first spec is, or is to be: an earlier `hairpin init` may have put it elsewhere. */
function specOf(folder: string): string {
  const has = (...path: string[]) => existsSync(join(folder, ...path));
  const place = ['', ...SPEC_FOLDERS].find((each) => has(each, SPEC_NAME)) ?? SPEC_FOLDERS.find((each) => has(each));
  return join(place ?? '', SPEC_NAME);
}

function packagesFor(
  manager: PackageManager,
  { hairpin, peerDependencies, devDependencies }: ProjectDependencies,
): Record<string, string> {
  return {
    '@types/node': devDependencies['@types/node'] as string,
    hairpin,
    ...(manager === 'yarn' ? { vite: VITE } : {}),
    vitest: peerDependencies['vitest'] as string,
  };
}

/** vitest takes one config: a second beside vite's would take that one's place. */
function addConfig(files: ProjectFiles, isModule: boolean, spec: string): void {
  const there = CONFIG_NAMES.find((name) => existsSync(join(files.folder, name)));
  // Outside of a package of ES modules, a .ts is CommonJS to Node.
  if (!there) files.make(isModule ? 'vitest.config.ts' : 'vitest.config.mts', CONFIG);
  else if (files.read(there)?.includes('hairpin/config')) files.keep(there, 'it has the plugin');
  else {
    // Each project has files of its own, and vitest says nothing of a file that none has.
    const hasProjects = /\bprojects\b\s*[:,]/.test(files.read(there) ?? '');
    const included = hasProjects ? [`'${spec}' to the include of a project`] : [];
    files.keep(there, '', ["import { hairpin } from 'hairpin/config';", 'plugins: [hairpin()]', ...included]);
  }
}

function ignoreResults(files: ProjectFiles): void {
  const text = files.read('.gitignore') ?? '';
  const bare = (line: string) => line.trim().replaceAll(/^\/|\/$/g, '');
  const there = new Set(text.split('\n').map(bare));
  const missing = IGNORED.filter((each) => !there.has(bare(each)));
  files.add('.gitignore', `${endLine(text)}${missing.map((each) => `${each}\n`).join('')}`, missing.join(', '));
}

/** Both are read from the top of the repository. */
function addCi(files: ProjectFiles, ci: CiSystem, manager: PackageManager): void {
  const top = foldersUp(files.folder).at(-1) as string;
  const within = relative(top, files.folder);
  const [name, text] =
    ci === 'github'
      ? ['.github/workflows/network.yml', githubWorkflow(manager, within)]
      : ['.gitlab-ci.yml', gitlabJob(manager, within)];
  files.make(relative(files.folder, join(top, name)), text, text.trimEnd().split('\n'));
}
