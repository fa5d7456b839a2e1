import { constants } from 'node:os';

// The true one: a spec may have put one that fails in its place.
const { readdirSync, readlinkSync, statSync } = process.getBuiltinModule('node:fs');

/**
 * Counts the calls of libc, and of Node's file system, and lets one of them fail. From one place in the code, reached in one
 * way, the first and the second call count: what the others do is the same.
 */
export interface Faults {
  /** How many there have been; undefined while nothing is counted. */
  count: number | undefined;
  /** How often each place has called. */
  places: Map<string, number>;
  /** The number of the call that fails, from 1. */
  failing: number;
  /** What has failed, as `socket: EMFILE`. */
  failed: string | undefined;
  /** The errno of the last call, where it was made to fail. */
  errno: number | undefined;
  /** What is being closed on another thread, and so may still be open. */
  closing: Set<string>;
}

type Call = (...args: unknown[]) => unknown;
type ErrnoName = keyof typeof constants.errno;

/** What a call says when it fails; others say ENOMEM. */
const ERRNOS: Record<string, ErrnoName> = {
  ...{ socket: 'EMFILE', openSync: 'EMFILE', readFileSync: 'EMFILE', writeFileSync: 'EMFILE', readdirSync: 'EMFILE' },
  ...{ sendto: 'ENOBUFS', bind: 'EADDRINUSE' },
};

/** These never fail, or are no calls into the kernel. */
const NO_CALLS = ['close', 'roomToClose', 'errnoName', 'getpagesize', 'declare'];

const FILE_CALLS = ['openSync', 'readFileSync', 'writeFileSync', 'writeSync', 'readdirSync', 'statSync', 'fstatSync'];

const home = networkOfThread();

/** A module of libc's functions, in which {@link Faults} decides what fails. */
export function failingLibc<T extends object>(libc: T, faults: Faults): T {
  const wrapped = Object.entries(libc).map(([name, call]) => {
    if (name === 'lastErrno') return [name, () => faults.errno ?? call()];
    if (typeof call !== 'function' || NO_CALLS.includes(name)) return [name, call];
    return [name, name === 'closeInBackground' ? noted(call, faults) : failing(name, call, faults)];
  });
  return Object.fromEntries(wrapped) as T;
}

/** As {@link failingLibc}, for `node:fs`. */
export function failingFs<T extends object>(fs: T, faults: Faults): T {
  const wrapped = FILE_CALLS.map((name) => {
    const call = fs[name as keyof T] as Call;
    return [
      name,
      (...args: unknown[]) => {
        const code = nextErrno(name, faults);
        if (code === undefined) return call(...args);
        throw Object.assign(new Error(`${code}: made to fail, ${name} '${args[0]}'`), {
          ...{ code, errno: -constants.errno[code], syscall: name },
        });
      },
    ];
  });
  return { ...fs, ...Object.fromEntries(wrapped) };
}

/** What this process has open, by kind, but for what is being closed. */
export function openDescriptors({ closing }: Faults): string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => targetOf(fd) ?? [])
    .filter((target) => !closing.has(target))
    .map((target) => target.replace(/\d+/g, '…'))
    .sort();
}

function failing(name: string, call: Call, faults: Faults): Call {
  return (...args) => {
    // A thread that cannot come back from a namespace ends the process, on purpose.
    if (name === 'setns' && networkOfThread() !== home) return call(...args);
    const errno = nextErrno(name, faults);
    faults.errno = errno && constants.errno[errno];
    return errno === undefined ? call(...args) : -1;
  };
}

function noted(closeInBackground: Call, { closing }: Faults): Call {
  return (fd, ...more) => {
    const target = targetOf(String(fd));
    if (target) closing.add(target);
    return closeInBackground(fd, ...more);
  };
}

/** Its inode is another's only once this one is closed. Undefined for the listing's own. */
function targetOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

function nextErrno(name: string, faults: Faults): ErrnoName | undefined {
  if (faults.count === undefined) return undefined;
  const place = `${name} ${placeOfCall()}`;
  const calls = (faults.places.get(place) ?? 0) + 1;
  faults.places.set(place, calls);
  if (calls > 2 || ++faults.count !== faults.failing) return undefined;
  const errno = ERRNOS[name] ?? 'ENOMEM';
  faults.failed = `${name}: ${errno}`;
  return errno;
}

/** The stack, but for this file's frames; not by the source's lines, which would take a millisecond to find. */
function placeOfCall(): string {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = 20;
  Error.prepareStackTrace = (_, sites) =>
    sites
      .map((site) => `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()}`)
      .slice(3)
      .join();
  const { stack = '' } = new Error();
  Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  return stack;
}

function networkOfThread(): number {
  return statSync('/proc/thread-self/ns/net').ino;
}
