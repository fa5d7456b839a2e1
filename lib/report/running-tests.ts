import { visible } from './visible-text.ts';

/** Set for a vitest inside a machine: the file that takes a line as each test begins, and as it ends (`/dev/kmsg`). */
export const CONSOLE = 'HAIRPIN_CONSOLE';

/** A record of the kernel's log has about a thousand bytes (`PRINTKRB_RECORD_MAX`). */
const LONGEST = 400;

/** @param id what tells this one's lines from those of other tests that run at the same time */
export function beginLine(id: string, name: string): string {
  return `hairpin: begins ${id}: ${visible(name).replaceAll(/\s+/g, ' ').slice(0, LONGEST)}\n`;
}

export function endLine(id: string): string {
  return `hairpin: ends ${id}\n`;
}

/** The tests that had begun, and not ended, when a console came to its end, and the one that ended last before that. */
export function runningTests(lines: readonly string[]): { running: string[]; last: string | undefined } {
  const begun = new Map<string, string>();
  let last: string | undefined;
  for (const line of lines) {
    const [, what, id = '', name = ''] = /hairpin: (begins|ends) (\d+\.\d+)(?:: (.*))?$/.exec(line) ?? [];
    if (what === 'begins') begun.set(id, name);
    if (what !== 'ends') continue;
    last = begun.get(id) ?? last;
    begun.delete(id);
  }
  return { running: [...begun.values()], last };
}
