import { readFileSync } from 'node:fs';
import { hasCode } from './has-code.ts';
import { visible } from './visible-text.ts';

/** `process 4711 (sleep 1000)`. */
export function describeProcess(pid: number): string {
  const command = visible(
    argumentsOf(pid)
      .replaceAll(/[\0\s]+/g, ' ')
      .trim(),
  );
  return `process ${pid}${command && ` (${command.length > 80 ? `${command.slice(0, 79)}…` : command})`}`;
}

/** A process may end at any time, and another user's is not ours to look at. */
function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return '';
    throw error;
  }
}
