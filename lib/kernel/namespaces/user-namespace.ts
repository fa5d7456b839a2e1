import { readFileSync } from 'node:fs';
import { UsageError } from '../../base/validate.ts';

/** Whether this process is root of the machine, and not only of a user namespace, where most files are nobody's. */
export function isRootOfMachine(): boolean {
  // The initial user namespace maps all of 32 bits, to themselves (`uid_m_show`).
  return process.getuid?.() === 0 && /^\s*0\s+0\s+4294967295\s*$/.test(uidMap());
}

/**
 * Checks that this process's user namespace has users. The kernel refuses another user, or takes it for none (`make_kuid`).
 *
 * @throws UsageError
 */
export function checkUsers(call: string, option: string, { first, last }: { first: number; last: number }): void {
  const lines = uidMap().trim().split('\n');
  const ranges = lines.map(
    (line) => line.trim().split(/\s+/).map(Number) as [inside: number, outside: number, count: number],
  );
  if (ranges.some(([inside, , count]) => inside <= first && last < inside + count)) return;
  const received = first === last ? first : `${first}-${last}`;
  const users = ranges
    .map(([inside, , count]) => (count === 1 ? inside : `${inside}-${inside + count - 1}`))
    .join(', ');
  throw new UsageError(
    `${call}: ${option} must be a user of this user namespace, which has only ${users} (/proc/self/uid_map): received ${received}; ` +
      'run the test as root for others',
  );
}

function uidMap(): string {
  return readFileSync('/proc/self/uid_map', 'utf8');
}
