import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export const OVER_AT = 0;

/** What is sent, and when. */
interface Advertised {
  /** The descriptor of a socket that hears questions, and that stays open until {@link Advertiser.end}. */
  socket: number;
  message: Uint8Array;
  /** Where to, as a raw `sockaddr`. */
  to: Uint8Array;
  /** Milliseconds from one message to the next. */
  interval: number;
}

/** For the thread. */
export interface AdvertiserOrder extends Advertised {
  control: SharedArrayBuffer;
}

/** Sends a message at each interval, and whenever something comes in, from a thread of its own: a busy event loop delays none. */
export class Advertiser {
  readonly #control = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #ended: Promise<void>;

  constructor(advertised: Advertised) {
    const path = fileURLToPath(new URL('./advertiser-thread.ts', import.meta.url));
    // The source in this repository, compiled in the package.
    const file = `${path.slice(0, -extname(path).length)}${extname(import.meta.url)}`;
    const control = this.#control.buffer as SharedArrayBuffer;
    const worker = new Worker(file, { workerData: { ...advertised, control } satisfies AdvertiserOrder, execArgv: [] });
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve()));
    worker.on('error', () => {}).unref();
  }

  /** Ends the thread. After that its socket may be closed. */
  end(): Promise<void> {
    Atomics.store(this.#control, OVER_AT, 1);
    return this.#ended;
  }
}
