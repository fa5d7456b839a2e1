import { constants } from 'node:os';
import koffi from 'koffi';

// The running process itself: Node is linked against the machine's libc, so the same line serves glibc and musl.
export const library = koffi.load(null);

/** One libc function: returns what C returns; −1 means look at {@link lastErrno}. */
export type Call<Args extends unknown[]> = (...args: Args) => number;

export function declare<Args extends unknown[]>(prototype: string): Call<Args> {
  return library.func(prototype) as unknown as Call<Args>;
}

export const unshare = declare<[flags: number]>('int unshare(int)');
export const setns = declare<[fd: number, type: number]>('int setns(int, int)');
/** Ends the process at once, from any thread; Node's own is not there in a worker thread. */
export const abort = declare<[]>('void abort(void)');
export const dup3 = declare<[from: number, to: number, flags: number]>('int dup3(int, int, int)');
export const socket = declare<[domain: number, type: number, protocol: number]>('int socket(int, int, int)');
export const bind = declare<[fd: number, address: Uint8Array, length: number]>('int bind(int, void *, uint32_t)');
export const connect = declare<[fd: number, address: Uint8Array, length: number]>('int connect(int, void *, uint32_t)');
export const listen = declare<[fd: number, backlog: number]>('int listen(int, int)');
export const getsockname = declare<[fd: number, address: Uint8Array, length: Uint32Array]>(
  'int getsockname(int, void *, void *)',
);
export const getpeername = declare<[fd: number, address: Uint8Array, length: Uint32Array]>(
  'int getpeername(int, void *, void *)',
);
export const setsockopt = declare<[fd: number, level: number, name: number, value: Uint8Array, length: number]>(
  'int setsockopt(int, int, int, void *, uint32_t)',
);
export const getsockopt = declare<
  [fd: number, level: number, name: number, value: Uint8Array | Int32Array, length: Uint32Array]
>('int getsockopt(int, int, int, void *, void *)');
export const sendto = declare<
  [fd: number, data: Uint8Array, length: number, flags: number, address: Uint8Array | null, addressLength: number]
>('intptr_t sendto(int, void *, size_t, int, void *, uint32_t)');
export const recvfrom = declare<
  [
    fd: number,
    data: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array | null,
    addressLength: Uint32Array | null,
  ]
>('intptr_t recvfrom(int, void *, size_t, int, void *, void *)');

export const recvmmsg = declare<[fd: number, messages: Uint8Array, count: number, flags: number, timeout: null]>(
  'int recvmmsg(int, void *, uint32_t, int, void *)',
);

export const read = declare<[fd: number, data: Uint8Array, length: number]>('intptr_t read(int, void *, size_t)');
export const write = declare<[fd: number, data: Uint8Array, length: number]>('intptr_t write(int, void *, size_t)');
export const openat = declare<[directory: number, path: string, flags: number, mode: number]>(
  'int openat(int, str, int, uint32_t)',
);
export const poll = declare<[descriptors: Uint8Array, count: number, milliseconds: number]>(
  'int poll(void *, uint64_t, int)',
);
export const schedGetcpu = declare<[]>('int sched_getcpu()');
export const schedGetaffinity = declare<[thread: number, length: number, processors: Uint8Array]>(
  'int sched_getaffinity(int, size_t, void *)',
);
export const schedSetaffinity = declare<[thread: number, length: number, processors: Uint8Array]>(
  'int sched_setaffinity(int, size_t, void *)',
);
export const schedSetscheduler = declare<[thread: number, policy: number, parameters: Uint8Array]>(
  'int sched_setscheduler(int, int, void *)',
);
/** Takes and returns bytes: a `number` holds those of any file. */
export const lseek = declare<[fd: number, offset: number, whence: number]>('int64_t lseek(int, int64_t, int)');
export const memfdCreate = declare<[name: string, flags: number]>('int memfd_create(const char *, uint32_t)');
export const mount = declare<[source: string, target: string, type: string | null, flags: number, data: string | null]>(
  'int mount(const char *, const char *, const char *, unsigned long, const char *)',
);
export const fcntl = declare<[fd: number, command: number, argument: number]>('int fcntl(int, int, int)');
export const flock = declare<[fd: number, operation: number]>('int flock(int, int)');
export const execv = declare<[path: string, args: (string | null)[]]>('int execv(const char *, const char **)');

/** For system calls of a command with attributes, such as bpf(2). Specs make each function of this file fail. */
export const syscallCommand = declare<[number: number, command: number, attributes: Uint8Array, size: number]>(
  'intptr_t syscall(intptr_t, int, void *, uint32_t)',
);

export const clockGettime = declare<[clock: number, time: Uint8Array]>('int clock_gettime(int, void *)');

/** The argument is a pointer, or the value itself: as the request has it. */
export const ioctl = declare<[fd: number, request: number, argument: Uint8Array | number]>(
  'int ioctl(int, unsigned long, void *)',
);

const closeFunction = library.func('int close(int)');

/** For descriptors that come from here: in a worker thread Node warns of a `closeSync` of one that it did not open. */
export const close = closeFunction as unknown as Call<[fd: number]>;

/** As many as libuv's pool has threads by default; koffi refuses more than some hundred calls that wait. */
const MOST_CLOSING = 4;
/** A few labs' taps: in an ordinary suite nobody waits. */
const MOST_WAITING = 32;
const toClose: { fd: number; handOver: (fd: number) => number | undefined }[] = [];
const waitingForRoom: (() => void)[] = [];
let closing = 0;

/**
 * Closes on a thread of libuv's pool, for descriptors whose release waits in the kernel.
 *
 * @param handOver called when it is its turn: what to close in its place, or undefined when it is closed already
 */
export function closeInBackground(fd: number, handOver: (fd: number) => number | undefined = (own) => own): void {
  toClose.push({ fd, handOver });
  if (closing < MOST_CLOSING) closeNext();
}

function closeNext(): void {
  const next = toClose.shift();
  if (next === undefined) return;
  closing++;
  const fd = next.handOver(next.fd);
  if (fd === undefined) closed();
  else closeFunction.async(fd, closed);
}

function closed(): void {
  closing--;
  closeNext();
  if (toClose.length > MOST_WAITING) return;
  for (const proceed of waitingForRoom.splice(0)) proceed();
}

/**
 * Waits while many descriptors are still to be closed. Each keeps its namespace alive, so whoever makes them faster than
 * the kernel lets go of them must be held up.
 */
export function roomToClose(): Promise<void> {
  if (toClose.length <= MOST_WAITING) return Promise.resolve();
  return new Promise((resolve) => waitingForRoom.push(resolve));
}

/** The errno of the last call that returned −1. Read it before anything else runs. */
export function lastErrno(): number {
  return koffi.errno();
}

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));
// Two numbers have two names each; these are the kernel's.
for (const name of ['EAGAIN', 'EOPNOTSUPP'] as const) names.set(constants.errno[name], name);
// Node does not know it (asm-generic/errno.h).
names.set(126, 'ENOKEY');

/** `EINVAL` for 22: the name that `errno(3)` gives. */
export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`;
}
