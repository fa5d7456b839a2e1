import { type StdioOptions, spawn } from 'node:child_process';
import { dieWithParentCommand } from '../kernel/namespaces/own-namespaces.ts';
import { BLOBS, placeIn, resultsFolder } from '../report/results.ts';
import { MACHINES } from '../report/runs/project-name.ts';
import { endOf } from './start-program.ts';
import { vitestCommand } from './vitest-program.ts';

/**
 * One report of all kernels, by the project's own reporters.
 *
 * @param telling vitest's arguments on reporters
 * @returns vitest's exit code
 */
export function mergeReports(root: string, machines: readonly string[], telling: readonly string[]): Promise<number> {
  return runVitest(root, ['run', `--merge-reports=${placeIn(resultsFolder(root), BLOBS)}`, ...telling], {
    [MACHINES]: JSON.stringify(machines),
  });
}

/** The project's vitest on this very kernel, in front of the user. */
export function runVitest(
  root: string,
  args: readonly string[],
  env: Record<string, string> = {},
  stdio: StdioOptions = 'inherit',
): Promise<number> {
  const [file = '', ...words] = [...dieWithParentCommand(), ...vitestCommand(root), ...args];
  const child = spawn(file, words, { cwd: root, stdio, env: { ...process.env, ...env } });
  return endOf(child);
}
