import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, unlessCode } from '../../base/has-code.ts';

/**
 * Kills what runs in the cgroups of a name, which are at the top of their hierarchies, and removes them. A cgroup is
 * busy until the last of what it held has been reaped, so ask again until the answer is true.
 *
 * @returns whether none is left
 */
export function removeCgroups(name: string): boolean {
  return cgroupsNamed(name)
    .map(removeTree)
    .every((gone) => gone);
}

/** The folders of a cgroup of this name, one a hierarchy: v1 has one for each controller, v2 one in all. */
export function cgroupsNamed(name: string): string[] {
  return hierarchies().flatMap((folder) => (entriesOf(folder).includes(name) ? [join(folder, name)] : []));
}

function hierarchies(): string[] {
  const rows = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return rows.flatMap((row) => {
    const [, folder, type] = row.split(' ');
    return folder !== undefined && (type === 'cgroup' || type === 'cgroup2') ? [folder] : [];
  });
}

function removeTree(folder: string): boolean {
  for (const child of entriesOf(folder)) removeTree(join(folder, child));
  for (const pid of processesIn(folder)) endProcess(pid);
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return hasCode(error, 'ENOENT');
  }
}

function entriesOf(folder: string): string[] {
  // Gone meanwhile.
  const entries = unlessCode(['ENOENT', 'ENODEV'], () => readdirSync(folder, { withFileTypes: true }), []);
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function processesIn(folder: string): number[] {
  const read = () => readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n');
  // Gone meanwhile; or a threaded one, whose processes are listed further up (cgroup_procs_start).
  const lines = unlessCode(['ENOENT', 'ENODEV', 'EOPNOTSUPP'], read, []);
  // A process of another PID namespace is 0 here.
  return lines.map(Number).filter((pid) => pid > 0);
}

function endProcess(pid: number): void {
  // Gone meanwhile.
  unlessCode(['ESRCH'], () => process.kill(pid, 'SIGKILL'));
}
