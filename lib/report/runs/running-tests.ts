import { visible } from '../../base/visible-text.ts';

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

/** The tests that have begun and not ended at a point of a console, and the one that ended last before that. */
export interface RunningTests {
  running: string[];
  last: string | undefined;
}

/** Follows a console, line by line. */
export function trackTests(): { read: (line: string) => boolean; now: () => RunningTests } {
  const begun = new Map<string, string>();
  let last: string | undefined;
  return {
    /** Whether the line is one of ours. */
    read: (line) => {
      const [, what, id = '', name = ''] = /hairpin: (begins|ends) (\d+\.\d+)(?:: (.*))?$/.exec(line) ?? [];
      if (what === 'begins') begun.set(id, name);
      if (what === 'ends') {
        last = begun.get(id) ?? last;
        begun.delete(id);
      }
      return what !== undefined;
    },
    now: () => ({ running: [...begun.values()], last }),
  };
}

/** At the end of a console. */
export function runningTests(lines: readonly string[]): RunningTests {
  const tests = trackTests();
  for (const line of lines) tests.read(line);
  return tests.now();
}
