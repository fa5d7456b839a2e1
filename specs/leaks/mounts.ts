import { readFileSync } from 'node:fs';

/** What is mounted, but for what hides the machine's interfaces from the programs of a worker (`own-sysfs.ts`). */
export function mountsNow(): string {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .filter((line) => !/^sysfs \/sys\/(class|devices\/virtual)\/net /.test(line))
    .join('\n');
}
