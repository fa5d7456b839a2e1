import koffi from 'koffi';
import { after, continuePromises, turn } from '../clock.ts';

/**
 * Waits for a descriptor on Node's own event loop. The one place that knows `koffi.node.poll` (a `uv_poll_t`), which
 * works on raw, packet and netlink sockets alike.
 */
export class Readiness {
  readonly #fd: number;
  readonly #event: 'readable' | 'writable';
  readonly #waiting = new Set<(ready: boolean) => void>();
  #handle: ReturnType<typeof koffi.node.poll> | undefined;
  #closed = false;

  constructor(fd: number, event: 'readable' | 'writable') {
    this.#fd = fd;
    this.#event = event;
  }

  /**
   * True as soon as the descriptor can be read (or written; an error pending on it counts too), false when the time is
   * over or the wait is called off. All who wait are told together.
   *
   * @param signal calls this wait off, and no other
   * @throws Error (as a rejection) after {@link close}
   */
  wait(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    // A question that outlives its lab: its descriptor may be another's by now, and libuv aborts on a closed one.
    if (this.#closed) return Promise.reject(socketClosed());
    return new Promise((resolve, reject) => {
      const settle = (ready: boolean) => {
        if (!this.#waiting.delete(settle)) return;
        cancel();
        if (this.#waiting.size === 0) this.#handle?.stop();
        resolve(ready);
      };
      // When the event loop was busy for longer, its timers come before the descriptors that got ready meanwhile.
      const cancel = after(milliseconds, () => void turn().then(() => settle(false)));
      signal?.addEventListener('abort', () => settle(false), { once: true });
      this.#waiting.add(settle);
      if (this.#waiting.size > 1) return;
      try {
        this.#start();
      } catch (error) {
        // Whoever comes next is to try again, and not to wait beside this one.
        cancel();
        this.#waiting.delete(settle);
        reject(error);
      }
    });
  }

  /** Stops polling; whoever waits is told false. The descriptor itself is its owner's to close, after this. */
  close(): void {
    this.#closed = true;
    this.#settle(false);
    this.#handle?.close();
    this.#handle = undefined;
  }

  #start(): void {
    const options = { [this.#event]: true, disconnect: true };
    const ready = () => {
      this.#settle(true);
      continuePromises();
    };
    if (this.#handle) this.#handle.start(options, ready);
    else this.#handle = koffi.node.poll(this.#fd, options, ready);
  }

  #settle(ready: boolean): void {
    for (const settle of [...this.#waiting]) settle(ready);
  }
}

/** A question outlived its lab. */
export function socketClosed(): Error {
  return new Error('this socket is closed: its lab is closed');
}
