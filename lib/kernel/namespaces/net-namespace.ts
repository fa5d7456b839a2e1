import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { checked } from '../checked.ts';
import { CLONE_NEWNET } from '../constants.ts';
import { KernelError } from '../kernel-error.ts';
import { abort, errnoName, lastErrno, setns, unshare } from '../libc.ts';
import { warmThreadPool } from '../threads/thread-pool.ts';
import { whyRefused } from './why-no-namespaces.ts';

// The thread's, never the process's: /proc/self names the main thread, which another worker thread may not be.
const THREAD_NAMESPACE = '/proc/thread-self/ns/net';
const STDERR = 2;

/** Namespaces that are entered now, innermost last: coming back goes to the one before. */
const entered: NetNamespace[] = [];
let home: NetNamespace | undefined;
/** Whether the thread may enter the namespace that it started in. */
let canComeBack = false;

/**
 * A network namespace held by a descriptor alone: no name, no mount. When the descriptor is closed, or the process
 * dies in whatever way, the kernel takes the namespace down with every device in it (`cleanup_net`).
 */
export class NetNamespace implements Disposable {
  readonly #fd: number;
  /** The namespace's inode number, as in `net:[4026531840]`: what tells two namespaces apart. */
  readonly inode: number;
  #closed = false;

  private constructor(fd: number) {
    this.#fd = fd;
    try {
      this.inode = fstatSync(fd).ino;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /**
   * Makes a new, empty namespace. The thread is back where it was when this returns.
   *
   * @throws KernelError `EPERM` without `CAP_SYS_ADMIN` in the process's user namespace
   */
  static create(): NetNamespace {
    warmThreadPool();
    const back = currentNamespace();
    if (!canComeBack) checkWayBack(back);
    if (unshare(CLONE_NEWNET) !== 0) {
      const errno = lastErrno();
      const cause = whyRefused('network namespace', errnoName(errno));
      throw new KernelError({ operation: 'unshare(CLONE_NEWNET)', errno, cause });
    }
    try {
      return NetNamespace.#ofThread();
    } finally {
      back.#comeBack();
    }
  }

  /**
   * A namespace that somebody else made, such as a container's.
   *
   * @param path of its descriptor: `/proc/4711/ns/net`
   */
  static open(path: string): NetNamespace {
    return new NetNamespace(openSync(path, 'r'));
  }

  /** The namespace that this thread started in. Nothing is ever made there. */
  static home(): NetNamespace {
    home ??= NetNamespace.#ofThread();
    return home;
  }

  /**
   * The namespace that a process's main thread is in.
   *
   * @throws NodeJS.ErrnoException `EACCES` when it is another user's
   */
  static ofProcess(pid: number): NetNamespace {
    return new NetNamespace(openSync(`/proc/${pid}/ns/net`, 'r'));
  }

  /** The namespace that the calling thread is in at this moment, whoever put it there. */
  static #ofThread(): NetNamespace {
    // Node opens with O_CLOEXEC, so a child does not keep the namespace alive by accident.
    return new NetNamespace(openSync(THREAD_NAMESPACE, 'r'));
  }

  /** The descriptor, for `IFLA_NET_NS_FD` and the like. */
  get fd(): number {
    if (this.#closed) throw new Error('this network namespace is closed: its lab is closed');
    return this.#fd;
  }

  /** Whether {@link close} has been called. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Runs a *synchronous* function with the thread inside the namespace, and always comes back. Sockets opened and
   * children spawned in it stay inside. Code after an `await` would run outside, so a promise is refused.
   *
   * @throws TypeError when `fn` returns a promise
   */
  run<T>(fn: () => T): T {
    const isInside = currentNamespace() === this && !this.#closed;
    const result = isInside ? fn() : this.#enterFor(fn);
    // A subprocess of execa's is a promise too, but one whose work was started inside.
    if (result instanceof Promise && !('pid' in result)) {
      // Its own failure, if any, is not the news here.
      result.catch(() => {});
      throw new TypeError(
        'run(fn) takes a synchronous function: fn returned a promise, and what comes after its first `await` would ' +
          "run outside of the namespace. Open the socket or spawn the child inside run, and await it outside; or use 'exec'",
      );
    }
    return result;
  }

  #enterFor<T>(fn: () => T): T {
    const back = currentNamespace();
    enter(this);
    entered.push(this);
    try {
      return fn();
    } finally {
      entered.pop();
      back.#comeBack();
      // Closed meanwhile, from within.
      if (this.#closed && !entered.includes(this)) closeSync(this.#fd);
    }
  }

  /** Lets go of the namespace, as soon as no thread is in it. A second call does nothing, nor does one on the thread's home. */
  close(): void {
    if (this.#closed || this === home) return;
    this.#closed = true;
    // The thread has yet to come back here from an inner namespace.
    if (!entered.includes(this)) closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #comeBack(): void {
    if (setns(this.#fd, CLONE_NEWNET) === 0) return;
    // Lost inside a lab: whatever ran next would run in the wrong network. Nothing is safer than to stop here.
    writeSync(STDERR, `hairpin: cannot come back from a network namespace: ${errnoName(lastErrno())}\n`);
    abort();
  }
}

/** The namespace that this thread is in now: the one that {@link NetNamespace.run} has entered, or its home. */
export function currentNamespace(): NetNamespace {
  return entered.at(-1) ?? NetNamespace.home();
}

/**
 * Enters the namespace that the thread is in, as it must be able to when it has left it (`netns_install` asks for
 * `CAP_SYS_ADMIN` over that network).
 *
 * @throws KernelError where `unshare` would let it leave, and nothing would let it come back
 */
function checkWayBack({ fd }: NetNamespace): void {
  canComeBack = setns(fd, CLONE_NEWNET) === 0;
  if (canComeBack) return;
  const errno = lastErrno();
  const cause = whyRefused('way back', errnoName(errno));
  if (cause) throw new KernelError({ operation: 'setns(CLONE_NEWNET)', errno, cause });
}

function enter(namespace: NetNamespace): void {
  // libuv's pool threads inherit the namespace of whoever starts them, so they must all be there before the first entry.
  warmThreadPool();
  checked('setns(CLONE_NEWNET)', setns(namespace.fd, CLONE_NEWNET));
}
