import { fstatSync } from 'node:fs';
import { unlessError } from '../../base/has-code.ts';
import { harmless } from '../../base/visible-text.ts';
import { now } from '../../kernel/clock.ts';
import { KernelError } from '../../kernel/kernel-error.ts';
import { describeProcess } from '../../kernel/programs/describe-process.ts';
import { peerOfUnixSocket } from '../../netlink/unix-peer.ts';
import { engineOf } from '../engines/engine.ts';
import type { Lab } from '../lab.ts';
import type { Namespace } from '../namespace.ts';
import type { Subprocess } from './exec.ts';
import { holdersOf } from './processes.ts';
import type { Wait } from './waits.ts';

/** How much of a program's output is kept for messages, in characters. */
const TAIL = 2000;

/** The same of a daemon, whose output is evidence. */
const DAEMON_TAIL = 64 * 1024;

/** How long the end of a program's output is waited for when it has ended, in milliseconds. */
export const OUTPUT_DEADLINE = 500;

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
  /** Whether it is to live as long as the lab, unless the spec ends it: `daemon` has started it. */
  isDaemon: boolean;
  /** Whether its failure counts: `reject: false` was not given. */
  rejects: boolean;
}

/** A program that `exec` or `daemon` has started, and what a message says of it. */
export class Program implements Wait {
  readonly subprocess: Subprocess;
  readonly lab: Lab;
  readonly words: string;
  readonly since = now();
  readonly isDaemon: boolean;
  readonly rejects: boolean;
  /** Whether the spec waits for its end, or has asked for it. */
  isAwaited = false;
  readonly #namespace: Namespace;
  readonly #place: { stack?: string };
  #tail = '';

  constructor(subprocess: Subprocess, { namespace, words, place, isRead, isDaemon, rejects }: Start) {
    this.subprocess = subprocess;
    this.isDaemon = isDaemon;
    this.rejects = rejects;
    this.lab = namespace.lab;
    this.words = words;
    this.#namespace = namespace;
    this.#place = place;
    if (!isRead) return;
    const kept = isDaemon ? DAEMON_TAIL : TAIL;
    for (const stream of [subprocess.stdout, subprocess.stderr])
      stream?.on('data', (data: unknown) => {
        this.#tail = `${this.#tail}${data}`.slice(-kept);
      });
  }

  get frames(): string {
    return this.#place.stack?.split('\n').slice(1).join('\n') ?? '';
  }

  /** The last that it has printed, to both of its outputs. */
  get output(): string {
    return this.#tail;
  }

  /** The last that it has printed, a line each. */
  get lastLines(): string[] {
    return this.lines(LINES);
  }

  /** As many of its last lines. */
  lines(count: number): string[] {
    return this.#tail.trim() === '' ? [] : harmless(this.#tail.trimEnd()).split('\n').slice(-count);
  }

  /** Calls back whenever it has printed something, behind the change of {@link output}, until the signal. */
  onOutput(listener: () => void, signal: AbortSignal): void {
    for (const stream of [this.subprocess.stdout, this.subprocess.stderr]) {
      stream?.on('data', listener);
      signal.addEventListener('abort', () => stream?.off('data', listener), { once: true });
    }
  }

  /** Undefined when it could not be started. */
  get pid(): number | undefined {
    return this.subprocess.pid;
  }

  /** Settled when the process has ended. Its output may still be open. */
  get exited(): Promise<void> {
    if (this.ending !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.subprocess.nodeChildProcess.once('exit', () => resolve()));
  }

  /** How it has ended: `exit code 3`, `SIGKILL`; undefined while it runs. Its output may still be open. */
  get ending(): string | undefined {
    const { exitCode, signalCode } = this.subprocess.nodeChildProcess;
    return signalCode ?? (exitCode === null ? undefined : `exit code ${exitCode}`);
  }

  /** Whether the spec has sent it a signal. */
  get isStopped(): boolean {
    return this.subprocess.nodeChildProcess.killed;
  }

  /** Whether it has ended by itself, and not well. */
  get hasFailed(): boolean {
    const { exitCode } = this.subprocess.nodeChildProcess;
    return exitCode !== null && exitCode !== 0 && !this.isStopped;
  }

  state(): string[] {
    const how = this.ending;
    if (how === undefined) return this.#running();
    const holders = holdersOf(this.#outputs()).map(describeProcess);
    const who = holders.length > 0 ? holders.join(', ') : 'a process that it started';
    return [
      `It has ended with ${how}, but its output is still held open by ${who}.`,
      "Give the process that stays its own output: '>/dev/null 2>&1' in a shell, or the option stdio: 'ignore'.",
    ];
  }

  #running(): string[] {
    const running = `It is still running after ${Math.round(now() - this.since)} ms, as process ${this.pid}`;
    const { stdin } = this.subprocess.nodeChildProcess;
    const input =
      stdin && !stdin.writableEnded
        ? ['Its standard input is open: end the input if the program reads until its end.']
        : [];
    const lines = this.lastLines.map((line) => `  ${line}`);
    if (lines.length === 0) return [`${running}, and has printed nothing.`, ...input];
    return [`${running}. Its last output:`, ...lines, ...input];
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
    // A kernel that does not tell, or an end that has just been closed.
    const peer = unlessError(KernelError, () => peerOfUnixSocket(engineOf(this.#namespace).netns, inode));
    return peer === undefined ? [] : [peer];
  }
}
