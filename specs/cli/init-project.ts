import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Namespace } from 'hairpin';
import { hairpin } from './hairpin.ts';

/** Started by nobody: not by the npm that runs the specs. */
const BY_NOBODY = { npm_config_user_agent: undefined };

export interface InitProject {
  folder: string;
  init(args?: readonly string[], env?: Record<string, string>): ReturnType<typeof hairpin>;
  read(file: string): Promise<string>;
  /** Every file, with its text. */
  all(): Promise<Record<string, string>>;
}

/** A folder with these files, for `hairpin init`. */
export async function initProject(
  host: Namespace,
  files: Record<string, string>,
  onTestFinished: (clean: () => Promise<void>) => void,
): Promise<InitProject> {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-init-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const read = (file: string) => readFile(join(folder, file), 'utf8');
  return {
    folder,
    init: (args = [], env = {}) => hairpin(host, ['init', ...args], { cwd: folder, env: { ...BY_NOBODY, ...env } }),
    read,
    all: async () => {
      const there = await readdir(folder, { recursive: true, withFileTypes: true });
      const names = there.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
      return Object.fromEntries(
        await Promise.all(names.map(async (name) => [name.slice(folder.length + 1), await readFile(name, 'utf8')])),
      );
    },
  };
}
