import { spawn } from 'node:child_process';
import { ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { ownFile } from '../../base/own-file.ts';
import { memoryFile } from '../memory-file.ts';
import { NetNamespace } from '../namespaces/net-namespace.ts';
import { closeOfThread, ofThread } from '../threads/thread-descriptor.ts';
import { findProgram } from './find-program.ts';
import { markReaper } from './program-mark.ts';

/** The descriptors that {@link WAIT} has: a pipe whose other end only the thread holds, and the orders. */
const [PIPE, ORDERS] = [3, 4];

/**
 * Waits for the end of the thread, then makes way for the program, if there are orders. A shell, which starts in a millisecond
 * and takes no memory to speak of; Node does not. It is in the background: the one that was started ends at once, since a
 * thread that has ended would leave it as a zombie.
 */
const WAIT = `{ read -r _ <&${PIPE}; test ! -s /proc/self/fd/${ORDERS} || exec "$@"; } &`;

/** Whoever kills more of one's shells will kill the next, too. */
const MOST_RESTARTS = 100;

/**
 * Does what the kernel does not when this thread ends, in whatever way, by `kill -9` too: a program of its own, of this
 * package. It is started when it is needed; what waits for that is there from the beginning.
 */
export class Reaper {
  readonly #program: string;
  /** A file in memory, which outlives the thread: what was ordered up to its end is there, whole. */
  readonly #orders: number;
  #length = 0;
  #restarts = 0;
  #pipe: Socket | undefined;

  /** @param program its path, as {@link ownFile} gives it */
  constructor(program: string) {
    this.#program = program;
    this.#orders = ofThread(memoryFile('hairpin-reaper', Buffer.alloc(0)));
    this.#start();
  }

  /** Adds a line to its orders, which it reads with {@link readOrders}. */
  order(line: string): void {
    // At the end, in one go: at no moment is there half of a line where a whole one was.
    this.#length += writeSync(this.#orders, `${line}\n`, this.#length);
    if (!this.#pipe) this.#start();
  }

  /** Takes all of its orders back. */
  dismiss(): void {
    this.#length = 0;
    ftruncateSync(this.#orders, 0);
  }

  /** Takes all of its orders back, and lets go of it. */
  close(): void {
    this.dismiss();
    this.#pipe?.destroy();
    closeOfThread(this.#orders);
  }

  #start(): void {
    const shell = findProgram('sh');
    if (!shell) return;
    const { NODE_OPTIONS: _, ...env } = process.env;
    const words = ['-c', WAIT, 'sh', process.execPath, this.#program];
    // At home: in a namespace of a lab it would keep that alive. In a session of its own, which a terminal's Ctrl+C is not for.
    const start = () =>
      spawn(shell, words, {
        cwd: '/',
        detached: true,
        env,
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', this.#orders],
      });
    const child = markReaper(() => NetNamespace.home().run(start));
    child.on('error', () => {}).unref();
    // Undefined when it could not be started: then the next order tries again.
    const pipe = child.stdio?.[PIPE];
    if (!(pipe instanceof Socket)) return;
    this.#pipe = pipe;
    // Somebody has killed it.
    pipe
      .on('error', () => {})
      .on('close', () => {
        this.#pipe = undefined;
        if (this.#length > 0 && this.#restarts++ < MOST_RESTARTS) this.#start();
      });
    pipe.unref();
  }
}

/** For the program: the lines of {@link Reaper.order}, in their order, in the process that the reaper has become. */
export function readOrders(): string[] {
  // Opened anew, it is read from its beginning. A line without an end was being written when the thread was killed.
  return readFileSync(`/proc/self/fd/${ORDERS}`, 'utf8').split('\n').slice(0, -1);
}
