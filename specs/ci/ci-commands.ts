import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { PLAIN_OUTSIDE_OF_RUN } from '../outside-of-run.ts';
import type { ShardProject } from './shard-project.ts';

/** One that changes nothing, since machines without it have no use for it: takes its own options off. */
const SUDO = '#!/bin/sh\nwhile case "$1" in --*) true ;; *) false ;; esac do shift; done\nexec "$@"\n';

/** Runs a command of a CI configuration as CI would: by a shell, in the checkout. */
export type CiShell = (
  command: string,
  env?: Record<string, string>,
) => Promise<{ exitCode: number | undefined; output: string }>;

export async function ciShell({ root }: ShardProject): Promise<CiShell> {
  const programs = join(root, 'programs');
  await mkdir(programs);
  await writeFile(join(programs, 'sudo'), SUDO);
  await chmod(join(programs, 'sudo'), 0o755);
  return async (command, env = {}) => {
    const { exitCode, all } = await execa('bash', ['-e', '-o', 'pipefail', '-c', command], {
      cwd: root,
      reject: false,
      all: true,
      env: {
        PATH: [programs, process.env['PATH']].join(delimiter),
        ...PLAIN_OUTSIDE_OF_RUN,
        npm_config_offline: 'true',
        ...env,
      },
    });
    return { exitCode, output: all };
  };
}

/** A command once CI has filled its expressions in, such as `matrix.shard`. */
export function fillIn(command: string, values: Record<string, string | number>): string {
  return command.replaceAll(/\$\{\{ *matrix\.(\w+) *\}\}/g, (_, name: string) => String(values[name]));
}
