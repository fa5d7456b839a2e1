import type { ExecOptions, Namespace } from 'hairpin';
import { ownModule } from '../own-module.ts';

export const MAIN = ownModule('cli/main');

/** Runs the CLI inside a namespace of a lab, and tells how it ended. */
export async function hairpin(host: Namespace, args: readonly string[], options: ExecOptions = {}) {
  const { exitCode, stdout, stderr } = await host.exec(process.execPath, [MAIN, ...args], {
    reject: false,
    ...options,
  });
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}
