import { fstatSync } from 'node:fs';
import { now } from '../kernel/clock.ts';
import { describeProcess } from '../kernel/describe-process.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { harmless } from '../kernel/visible-text.ts';
import { peerOfUnixSocket } from '../netlink/unix-peer.ts';
import { engineOf } from './engine.ts';
import type { Subprocess } from './exec.ts';
import type { Lab } from './lab.ts';
import type { Namespace } from './namespace.ts';
import { holdersOf } from './processes.ts';
import type { Wait } from './waits.ts';

/** How much of a program's output is kept for messages, in characters. */
const TAIL = 2000;

/** How many of its last lines a message has. */
const LINES = 5;

/** Where and how a program was started. */
export interface Start {
  namespace: Namespace;
  /** As the spec has it: `a.exec('cat', [])`. */
  words: string;
  /** An error's, made at the call, of which only the stack counts. It is written when it is read. */
  place: { stack?: string };
  /** Whether its output is read, so that a message can have the last of it. */
  isRead: boolean;
}

/** A program that `exec` has started, and what a message says of it. */
export class Program implements Wait {
  readonly subprocess: Subprocess;
  readonly lab: Lab;
  readonly words: string;
  readonly since = now();
  /** Whether the spec waits for its end. */
  isAwaited = false;
  readonly #namespace: Namespace;
  readonly #place: { stack?: string };
  #tail = '';

  constructor(subprocess: Subprocess, { namespace, words, place, isRead }: Start) {
    this.subprocess = subprocess;
    this.lab = namespace.lab;
    this.words = words;
    this.#namespace = namespace;
    this.#place = place;
    if (!isRead) return;
    for (const stream of [subprocess.stdout, subprocess.stderr])
      stream?.on('data', (data: unknown) => {
        this.#tail = `${this.#tail}${data}`.slice(-TAIL);
      });
  }

  get frames(): string {
    return this.#place.stack?.split('\n').slice(1).join('\n') ?? '';
  }

  /** The last that it has printed, a line each. */
  get lastLines(): string[] {
    return this.#tail.trim() === '' ? [] : harmless(this.#tail.trimEnd()).split('\n').slice(-LINES);
  }

  state(): string[] {
    const { exitCode, signalCode } = this.subprocess.nodeChildProcess;
    if (exitCode === null && signalCode === null) return this.#running();
    const how = signalCode === null ? `exit code ${exitCode}` : signalCode;
    const holders = holdersOf(this.#outputs()).map(describeProcess);
    const who = holders.length > 0 ? holders.join(', ') : 'a process that it started';
    return [
      `It has ended with ${how}, but its output is still held open by ${who}.`,
      "Give what stays behind an output of its own: '>/dev/null 2>&1' in a shell, or the option stdio: 'ignore'.",
    ];
  }

  #running(): string[] {
    const running = `It is still running after ${Math.round(now() - this.since)} ms, as process ${this.subprocess.pid}`;
    const { stdin } = this.subprocess.nodeChildProcess;
    const input =
      stdin && !stdin.writableEnded ? ['Its standard input is open: end it where the program reads all of it.'] : [];
    const lines = this.lastLines.map((line) => `  ${line}`);
    if (lines.length === 0) return [`${running}, and has printed nothing.`, ...input];
    return [`${running}. The last that it has printed:`, ...lines, ...input];
  }

  /** What it writes to, as `/proc/PID/fd` has it: Node reads the other ends of socket pairs. */
  #outputs(): Set<string> {
    const { stdout, stderr } = this.subprocess.nodeChildProcess;
    const inodes = [stdout, stderr].flatMap((stream) => {
      const { fd = -1 } = (stream as { _handle?: { fd?: number } } | null)?._handle ?? {};
      return fd < 0 ? [] : [fstatSync(fd).ino];
    });
    return new Set(inodes.flatMap((inode) => this.#otherEnd(inode)).map((inode) => `socket:[${inode}]`));
  }

  #otherEnd(inode: number): number[] {
    try {
      return [peerOfUnixSocket(engineOf(this.#namespace).netns, inode) ?? []].flat();
    } catch (error) {
      // A kernel that does not tell, or an end that has just been closed.
      if (error instanceof KernelError) return [];
      throw error;
    }
  }
}
