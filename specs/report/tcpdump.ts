import type { Namespace } from 'hairpin';

/**
 * Has tcpdump read a file. Debian's gives its privileges up where it has any, which the one user of a worker's user
 * namespace cannot; so it is started without.
 */
export async function tcpdump(reader: Namespace, args: readonly string[]): Promise<string> {
  const { stdout } = await reader.exec('unshare', ['--user', '--map-user=65534', 'tcpdump', '-nn', ...args]);
  return stdout;
}
