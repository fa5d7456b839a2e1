import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { ifReadable } from '../../base/has-code.ts';
import { checked } from '../checked.ts';
import { declare, lastErrno } from '../libc.ts';
import { findProgram } from './find-program.ts';

// asm-generic/resource.h
const RLIMIT_LOCKS = 10;
const UNLIMITED = 2n ** 64n - 1n;

const prlimit = declare<[pid: number, resource: number, next: Uint8Array | null, before: Uint8Array | null]>(
  'int prlimit(int, int, const void *, void *)',
);

const limits = Buffer.alloc(16);

/** Bit 62, which no limit that anybody would set has, and which `RLIM_INFINITY` has together with bit 63. */
const MARK = 1n << 62n;
/** The lowest bit: a reaper (reaper.ts). What it is to end is not always its parent's, so it is left to do so. */
const REAPER = 1n;

/**
 * A number that a program and all that it starts carry, whatever they do: forking twice, a session, an environment, a user
 * or namespaces of their own do not take it off. It is the soft limit of file locks (`RLIMIT_LOCKS`), which the kernel has
 * ignored since Linux 2.4.25, but which fork passes on, execve keeps, and everybody can read in `/proc/…/limits`.
 */
export class ProgramMark {
  readonly value: bigint = MARK | (randomBytes(8).readBigUInt64LE() & (MARK - 2n));

  /** Runs a synchronous function: what it starts bears the mark. */
  during<T>(fn: () => T): T {
    // A limit is the process's, not the thread's: there, another thread's programs would get it, too.
    return isMainThread ? withLimit(this.value, fn) : fn();
  }

  /** What a program's command begins with where {@link during} marks nothing: in a worker thread. */
  command(): string[] {
    const program = isMainThread ? undefined : findProgram('prlimit');
    return program ? [program, `--locks=${this.value}:`, '--'] : [];
  }
}

/** Runs a synchronous function: what it starts is a reaper to {@link markOf}, and bears the mark that this process has. */
export function markReaper<T>(fn: () => T): T {
  const [limit] = ownLimits();
  return withLimit((isMark(limit) ? limit : MARK) | REAPER, fn);
}

/** The mark of a process, and whether it is a reaper. Undefined without one; 'gone' when there is no such process. */
export function markOf(pid: number): { mark: bigint; isReaper: boolean } | 'gone' | undefined {
  const [limit] = limitsOf(pid) ?? [];
  if (limit === undefined) return 'gone';
  return isMark(limit) ? { mark: limit & ~REAPER, isReaper: (limit & REAPER) !== 0n } : undefined;
}

function isMark(limit: bigint): boolean {
  return limit >> 62n === 1n;
}

function withLimit<T>(limit: bigint, fn: () => T): T {
  const [before, most] = ownLimits();
  // Where somebody has lowered the hard limit, nothing is marked: there, only its network tells whose a program is.
  if (limit > most) return fn();
  setSoftLimit(limit, most);
  try {
    return fn();
  } finally {
    setSoftLimit(before, most);
  }
}

type Limits = [soft: bigint, hard: bigint];

function ownLimits(): Limits {
  return limitsOf(process.pid) ?? [UNLIMITED, UNLIMITED];
}

/** Of any process; undefined when it has ended. */
function limitsOf(pid: number): Limits | undefined {
  if (prlimit(pid, RLIMIT_LOCKS, null, limits) === 0) return [limits.readBigUInt64LE(0), limits.readBigUInt64LE(8)];
  // Another user's process is not told to everybody by prlimit, but is by this file, which takes longer.
  return lastErrno() === constants.errno.EPERM ? limitsInFile(pid) : undefined;
}

function limitsInFile(pid: number): Limits | undefined {
  return ifReadable(() => {
    const text = readFileSync(`/proc/${pid}/limits`, 'utf8').replaceAll('unlimited', String(UNLIMITED));
    const [, soft, hard] = /^Max file locks\s+(\d+)\s+(\d+)/m.exec(text) ?? [];
    return [BigInt(soft ?? 0), BigInt(hard ?? 0)];
  });
}

function setSoftLimit(soft: bigint, hard: bigint): void {
  limits.writeBigUInt64LE(soft, 0);
  limits.writeBigUInt64LE(hard, 8);
  checked('prlimit(RLIMIT_LOCKS)', prlimit(process.pid, RLIMIT_LOCKS, limits, null));
}
