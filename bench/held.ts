import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { hasCode } from '../lib/base/has-code.ts';
import type { Lab } from '../lib/lab/index.ts';
import type { Readings } from './growth.ts';
import { summarize } from './measure.ts';

/** Something that must not grow from lab to lab. */
export interface Gauge extends Pick<Readings, 'name' | 'unit' | 'allowed'> {
  /** Whether it is a number of things that this process has, which nothing else on the machine changes. */
  isCount?: boolean;
  /** Undefined where this kernel does not say it, or not to this user. */
  read(run: Run): number | undefined;
}

/** What a soak did. */
export interface Run {
  closed: readonly WeakRef<Lab>[];
  /** Microseconds of each lab since the last reading: by the clock, and of processors. */
  took: readonly number[];
  used: readonly number[];
}

const MIB = 2 ** 20;
/** What a count may grow by: one in a thousand labs is somebody else's, such as a thread of Node's. */
const ONE = { unit: '', allowed: () => 1 };
const OF_PROCESS = { ...ONE, isCount: true };
const mebibytes = (allowed: number) => ({ unit: 'MiB', allowed: () => allowed });
const MICROSECONDS = { unit: 'µs', allowed: (first: number) => first * 0.05 };

/** Objects of the kernel that a namespace is made of. All others count as slab, or as memory per processor. */
const SLABS = { net_namespace: 'network namespaces', ip_fib_alias: 'IPv4 routes', sock_inode_cache: 'sockets' };

/** First of this process, then of the whole machine with all that runs beside. */
export const GAUGES: readonly Gauge[] = [
  { name: 'open descriptors', ...OF_PROCESS, read: () => entriesOf('/proc/self/fd') - 1 },
  { name: 'threads', ...OF_PROCESS, read: () => entriesOf('/proc/self/task') },
  { name: 'child processes', ...OF_PROCESS, read: countChildren },
  { name: 'closed labs in memory', ...OF_PROCESS, read: ({ closed }) => closed.filter((lab) => lab.deref()).length },
  { name: 'JavaScript’s heap', ...mebibytes(0.25), read: () => process.memoryUsage().heapUsed / MIB },
  { name: 'resident memory', ...mebibytes(1), read: () => process.memoryUsage.rss() / MIB },
  { name: 'a lab, by the clock', ...MICROSECONDS, read: ({ took }) => summarize(took).median },
  { name: 'a lab, of processors', ...MICROSECONDS, read: ({ used }) => summarize(used).median },
  { name: 'mounts', ...ONE, read: () => linesOf('/proc/self/mountinfo').length },
  ...Object.entries(SLABS).map(([slab, name]) => ({
    name: `${name} (slab ${slab})`,
    ...{ unit: '', allowed: () => 10, read: () => objectsIn(slab) },
  })),
  { name: 'the kernel’s slab (SUnreclaim)', ...mebibytes(1), read: () => ofMeminfo('SUnreclaim') },
  { name: 'the kernel’s memory per processor', ...mebibytes(0.25), read: () => ofMeminfo('Percpu') },
];

/** Collects the garbage of JavaScript, as `gc()` of `node --expose-gc` does; a bench has no such option on its command line. */
export const collectGarbage = garbageCollector();

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}

function entriesOf(folder: string): number {
  return readdirSync(folder).length;
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

/** Also those that have ended, and that nobody has waited for. */
function countChildren(): number {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === process.pid).length;
}

/** The word behind the state; the name before it may itself have blanks and parentheses (proc_pid_stat(5)). */
function parentOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** A kernel may have merged the slab with others of its size, and then has no line for it. */
function objectsIn(slab: string): number | undefined {
  try {
    const line = linesOf('/proc/slabinfo').find((each) => each.startsWith(`${slab} `));
    return line === undefined ? undefined : Number(line.split(/\s+/)[1]);
  } catch (error) {
    // Only the machine's root reads it: not that of a user namespace.
    if (hasCode(error, 'EACCES', 'ENOENT')) return undefined;
    throw error;
  }
}

/** In MiB. */
function ofMeminfo(field: string): number | undefined {
  const line = linesOf('/proc/meminfo').find((each) => each.startsWith(`${field}:`));
  return line === undefined ? undefined : Number(line.split(/\s+/)[1]) / 1024;
}
