import { readdirSync, readFileSync } from 'node:fs';
import { unlessCode } from '../base/has-code.ts';
import { engineOf, enginesOf } from '../lab/engines/engine.ts';
import type { Lab } from '../lab/index.ts';
import { ownThreadsIn, processesIn } from '../lab/programs/processes.ts';

/** So long on a processor, in ticks of 10 ms (`USER_HZ`), and a program that never sleeps has had its turn as well. */
const TURN = 2;

/**
 * Knows when the programs of a lab have had their turn. A packet wakes the program that it is for at once, but on a busy
 * machine that may wait for a processor: then its answer is as much under way as a frame in a queue.
 */
export class BusyPrograms {
  readonly #lab: Lab;
  /** How long each thread had run when it was first seen to be busy, in ticks. */
  readonly #ranBefore = new Map<string, number>();

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /** Whether one of their threads still waits for a processor, or for a disk. */
  areBusy(): boolean {
    if (engineOf(this.#lab).isPristine) return false;
    const inodes = new Set(enginesOf(this.#lab.namespaces).map(({ netns }) => netns.inode));
    const threads = [...ownThreadsIn(inodes), ...processesIn(inodes).flatMap(threadsOf)];
    // Each is looked at: all have to have their turn.
    return threads.map((thread) => this.#isBusy(thread)).some(Boolean);
  }

  #isBusy(thread: string): boolean {
    const stat = unlessCode(ENDED, () => readFileSync(`${thread}/stat`, 'latin1'), '');
    // The name of a program may have any sign in it, and stands in the last parentheses (proc_pid_stat).
    const [state, ...rest] = stat.split(') ').at(-1)?.split(' ') ?? [];
    // R: it runs, or would if it were let; D: it waits for a disk. In any other it waits for what may come.
    if (state !== 'R' && state !== 'D') {
      this.#ranBefore.delete(thread);
      return false;
    }
    // utime and stime
    const ran = Number(rest[10]) + Number(rest[11]);
    const before = this.#ranBefore.get(thread) ?? ran;
    this.#ranBefore.set(thread, before);
    return ran - before < TURN;
  }
}

function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  return unlessCode(ENDED, () => readdirSync(folder), []).map((thread) => `${folder}/${thread}`);
}

/** The process has ended meanwhile: `ESRCH` between opening its file and reading it. */
const ENDED = ['ENOENT', 'ESRCH'];
