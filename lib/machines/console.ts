import { stripVTControlCharacters } from 'node:util';
/** What a kernel said of itself before it was gone. */
export interface Trouble {
  /** `panic`, `oops` …: what the line is a sign of. */
  kind: 'panic' | 'oops' | 'stall' | 'memory' | 'warning';
  line: string;
}

/** Worst first. The kernel's words, by the function that prints them. */
const SIGNS: readonly (readonly [Trouble['kind'], RegExp])[] = [
  // panic(); reboot=… is not read.
  ['panic', /Kernel panic - not syncing: .*/],
  // die(), oops_begin(): a bad access, BUG(), a fault in an interrupt.
  ['oops', /(?:Oops: |kernel BUG at |BUG: unable to handle |BUG: kernel NULL pointer |general protection fault).*/],
  // watchdog_timer_fn(), print_cpu_stall(), check_hung_task().
  ['stall', /(?:watchdog: BUG: soft lockup|rcu: INFO: .*stall|INFO: task .* blocked for more than).*/],
  // out_of_memory().
  ['memory', /Out of memory: .*/],
  // __warn(), lockdep, the sanitizers.
  ['warning', /(?:WARNING: |BUG: KASAN: |BUG: sleeping function |UBSAN: |possible deadlock).*/],
];

/** The worst thing that a console tells of; undefined when it tells of none. */
export function findTrouble(console: string): Trouble | undefined {
  const lines = linesOf(console);
  for (const [kind, sign] of SIGNS) {
    const [line] = lines.flatMap((text) => sign.exec(text)?.[0] ?? []);
    if (line !== undefined) return { kind, line };
  }
  return undefined;
}

/**
 * What a console is to be quoted with: from the first sign of an oops or a panic on, for what follows is their effect;
 * the last lines where there is none.
 */
export function tellingLines(console: string): string[] {
  const lines = lastLines(console, Infinity);
  const first = lines.findIndex((line) => SIGNS.slice(0, 2).some(([, sign]) => sign.test(line)));
  return first < 0 ? lines.slice(-20) : lines.slice(Math.max(0, first - 3), first + 40);
}

/** The last lines of a console, without what only a terminal needs. */
export function lastLines(console: string, count = 20): string[] {
  return linesOf(console)
    .filter((line) => line.trim() !== '')
    .slice(-count);
}

/** All of its lines, without what only a terminal needs. */
export function linesOf(console: string): string[] {
  // The firmware clears the screen, and the kernel's first lines come with carriage returns.
  return stripVTControlCharacters(console).replaceAll('\r', '').split('\n');
}
