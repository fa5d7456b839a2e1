import { fileURLToPath } from 'node:url';
import type { ExecOptions, Namespace } from 'hairpin';

export const MAIN = fileURLToPath(new URL('../../lib/cli/main.ts', import.meta.url));

/** Runs the CLI inside a namespace of a lab, and tells how it ended. */
export async function hairpin(host: Namespace, args: readonly string[], options: ExecOptions = {}) {
  const { exitCode, stdout, stderr } = await host.exec(process.execPath, [MAIN, ...args], {
    reject: false,
    ...options,
  });
  return { exitCode, stdout: String(stdout), stderr: String(stderr) };
}
