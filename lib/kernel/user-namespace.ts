import { readFileSync } from 'node:fs';

/** Whether this process is root of the machine, and not only of a user namespace, where most files are nobody's. */
export function isRootOfMachine(): boolean {
  // The initial user namespace maps all of 32 bits, to themselves (`uid_m_show`).
  return process.getuid?.() === 0 && /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8'));
}
