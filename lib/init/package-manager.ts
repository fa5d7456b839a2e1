import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldersUp } from './folders-up.ts';

export type PackageManager = 'npm' | 'pnpm' | 'yarn';

interface Commands {
  install: string;
  /** The same in CI: fails where the lockfile is behind package.json. */
  installLocked: string;
  test: string;
  /** Runs a program of the project's. */
  run: string;
}

const LOCKFILES: [file: string, manager: PackageManager][] = [
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
  ['pnpm-lock.yaml', 'pnpm'],
  ['pnpm-workspace.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
];

export const COMMANDS: Record<PackageManager, Commands> = {
  npm: { install: 'npm install', installLocked: 'npm ci', test: 'npm test', run: 'npx' },
  pnpm: {
    install: 'pnpm install',
    installLocked: 'pnpm install --frozen-lockfile',
    test: 'pnpm test',
    run: 'pnpm exec',
  },
  // Every version of yarn takes the first word of a command for a program.
  yarn: { install: 'yarn install', installLocked: 'yarn install --frozen-lockfile', test: 'yarn test', run: 'yarn' },
};

/**
 * The package manager of a project: the one that its package.json names, or whose lockfile it has, or one of the folders
 * above has, as in a workspace. A folder without either gets the one that has started this program.
 */
export function packageManagerOf(folder: string): PackageManager {
  for (const each of foldersUp(folder)) {
    const found = namedIn(join(each, 'package.json')) ?? LOCKFILES.find(([file]) => existsSync(join(each, file)))?.[1];
    if (found) return found;
  }
  return managerIn(process.env['npm_config_user_agent']) ?? 'npm';
}

/** `"packageManager": "pnpm@10.1.0"`. */
function namedIn(file: string): PackageManager | undefined {
  try {
    return managerIn(JSON.parse(readFileSync(file, 'utf8')).packageManager);
  } catch {
    return undefined;
  }
}

/** As in `pnpm@10.1.0` and in `pnpm/10.1.0 npm/? node/v24.1.0 linux x64`. */
function managerIn(text: unknown): PackageManager | undefined {
  const [name = ''] = String(text).split(/[@/]/);
  return name in COMMANDS ? (name as PackageManager) : undefined;
}
