import koffi from 'koffi';
import { after } from './clock.ts';

/**
 * Waits for a descriptor on Node's own event loop. The one place that knows `koffi.node.poll` (a `uv_poll_t`), which
 * works on raw, packet and netlink sockets alike.
 */
export class Readiness {
  readonly #fd: number;
  #handle: ReturnType<typeof koffi.node.poll> | undefined;
  #settle: ((ready: boolean) => void) | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * True as soon as the descriptor can be read (or written; an error pending on it counts too), false when the time is
   * over or {@link close} was called. One wait at a time.
   */
  wait(event: 'readable' | 'writable', milliseconds: number): Promise<boolean> {
    if (this.#settle) throw new Error('this descriptor is being waited for already');
    return new Promise((resolve) => {
      const cancel = after(milliseconds, () => this.#settle?.(false));
      this.#settle = (ready) => {
        cancel();
        this.#settle = undefined;
        this.#handle?.stop();
        resolve(ready);
      };
      const options = { [event]: true, disconnect: true };
      const done = () => this.#settle?.(true);
      if (this.#handle) this.#handle.start(options, done);
      else this.#handle = koffi.node.poll(this.#fd, options, done);
    });
  }

  /** Stops polling; whoever waits is told false. The descriptor itself is its owner's to close, after this. */
  close(): void {
    this.#settle?.(false);
    this.#handle?.close();
    this.#handle = undefined;
  }
}
