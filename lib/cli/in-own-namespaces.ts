import { spawnSync } from 'node:child_process';
import { ownNamespacesCommand } from '../kernel/namespaces/own-namespaces.ts';

/** Set for the second run, so that there is no third. */
export const MARK = 'HAIRPIN_IN_NAMESPACES';

/**
 * An ordinary user's command runs itself again as root of a user namespace; root's goes on as it is, since a lab never
 * touches the namespace that it was started from.
 *
 * @returns the exit code of the second run; undefined when this run is to do the work
 */
export function inOwnNamespaces(): number | undefined {
  if (process.getuid?.() === 0 || process.env[MARK]) return undefined;
  const [command, ...words] = [
    ...ownNamespacesCommand(),
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const { status, signal, error } = spawnSync(command as string, words, {
    stdio: 'inherit',
    env: { ...process.env, [MARK]: '1' },
  });
  if (error) throw error;
  if (signal) throw new Error(`ended by ${signal}`);
  return status ?? 0;
}
