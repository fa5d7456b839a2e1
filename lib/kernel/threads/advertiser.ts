import { ownFile } from '../../base/own-file.ts';
import { Thread } from './thread.ts';

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
  readonly #thread: Thread;

  constructor(advertised: Advertised) {
    const control = this.#control.buffer as SharedArrayBuffer;
    this.#thread = new Thread(ownFile('./advertiser-thread.ts', import.meta.url), {
      ...advertised,
      control,
    } satisfies AdvertiserOrder);
  }

  /** Ends the thread. After that its socket may be closed. @throws Error when it has failed before, and sends no more */
  end(): Promise<void> {
    Atomics.store(this.#control, OVER_AT, 1);
    return this.#thread.ended();
  }
}
