import { readdirSync, readFileSync } from 'node:fs';

/** The processes of a run, its children's children too: they have its folder for temporary files, or it as an argument. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter(
    (pid) =>
      /^\d+$/.test(pid) &&
      (wordsOf(pid, 'environ').includes(`TMPDIR=${folder}`) || wordsOf(pid, 'cmdline').includes(folder)),
  );
}

export function wordsOf(pid: string, file: 'environ' | 'cmdline'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0');
  } catch {
    // It has ended, or is another user's.
    return [];
  }
}
