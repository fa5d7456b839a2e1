import { delimiter } from 'node:path';
import { isObject } from '../base/plain-object.ts';
import { wrongOption } from '../base/validate.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import { type Namespace, UsageError } from '../lab/index.ts';
import { CniError, type CniRun } from './cni-error.ts';
import { type Json, parseJson } from './json.ts';

/** Where distributions and the upstream tarball put plugins. */
const FOLDERS = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni'];

/** Where plugins are looked for: `CNI_PATH` where it is set, as for any runtime. */
export function cniPath(chosen?: readonly string[]): readonly string[] {
  return chosen ?? process.env['CNI_PATH']?.split(delimiter) ?? FOLDERS;
}

/**
 * Where a plugin is; undefined when it is not installed, so that a spec can skip.
 *
 * @example test.skipIf(!findCniPlugin('macvlan'))('…', …)
 */
export function findCniPlugin(type: string, path?: readonly string[]): string | undefined {
  if (typeof type !== 'string')
    throw wrongOption('findCniPlugin', 'type', "a plugin's file name, such as macvlan", type);
  return findProgram(type, cniPath(path).join(delimiter));
}

/** @throws UsageError for a plugin that is not installed */
export function requireCniPlugin(type: string, path: readonly string[]): string {
  const program = findCniPlugin(type, path);
  if (program) return program;
  throw new UsageError(
    `cni: there is no plugin ${type} in ${path.join(', ')}; install containernetworking-plugins, or say where: { path: [...] }`,
  );
}

/**
 * Runs a plugin once on the node (section 3).
 *
 * @returns what it printed; undefined for nothing, as after CHECK and DEL
 * @throws CniError when it refuses or fails
 */
export async function runPlugin(
  node: Namespace,
  program: string,
  run: CniRun,
  { env, config }: { env: Record<string, string>; config: Json },
): Promise<Json | undefined> {
  const { exitCode, stdout, stderr } = await node.exec(program, [], {
    env: { CNI_COMMAND: run.command, ...env },
    input: JSON.stringify(config),
    reject: false,
  });
  const output = { exitCode, stdout: String(stdout), stderr: String(stderr) };
  const json = parseJson(output.stdout);
  // Of ADD a runtime takes no silence (libcni: fixupResultVersion).
  const mayBeSilent = run.command !== 'ADD' && output.stdout === '';
  if (exitCode !== 0 || !(isObject(json) || mayBeSilent)) throw new CniError(run, output);
  return isObject(json) ? json : undefined;
}
