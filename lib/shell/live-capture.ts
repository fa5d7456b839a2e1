import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { after } from '../kernel/clock.ts';
import type { Interface, Lab } from '../lab/index.ts';
import { captureInterface, capturePacket } from '../report/failure/lab-capture.ts';
import { Capture } from '../trace/capture.ts';
import { encodeInterface, encodePackets, encodeSection } from '../wire/pcapng.ts';

/** So long the taps are listened to before it is looked whether the capture is to end, in milliseconds. */
const GLANCE = 50;

/** A reader that has stopped reading keeps a test so long, in milliseconds. */
const PATIENCE = 5000;

/** Writes what the taps have seen at some devices, and then what they see, until it is disposed of or nobody reads on. */
export class LiveCapture implements AsyncDisposable {
  readonly #lab: Lab;
  /** Undefined for all, those that come later too. */
  readonly #devices: ReadonlySet<Interface> | undefined;
  /** The number of each device in the file. */
  readonly #numbers = new Map<Interface, number>();
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  #isToEnd = false;

  /** @param sink its maker handles its errors */
  constructor(lab: Lab, devices: readonly Interface[] | undefined, sink: Writable) {
    this.#lab = lab;
    this.#devices = devices && new Set(devices);
    this.#done = this.#write(sink);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isToEnd = true;
    const stopWaiting = after(PATIENCE, () => this.#abort.abort());
    await this.#done;
    stopWaiting();
  }

  async #write(sink: Writable): Promise<void> {
    const { signal } = this.#abort;
    sink.on('error', () => {});
    try {
      for await (const block of this.#blocks()) {
        if (!sink.writable) return;
        if (!sink.write(block)) await once(sink, 'drain', { signal });
      }
      sink.end();
      // The pipe to a program can be read, too, and that side ends with the program.
      await finished(sink, { readable: false, signal });
    } catch {
      // Nobody reads on.
      sink.destroy();
    }
  }

  async *#blocks(): AsyncGenerator<Buffer> {
    const capture = Capture.of(this.#lab);
    const devices = this.#devices ?? this.#lab.namespaces.flatMap(({ interfaces }) => interfaces);
    yield Buffer.concat([encodeSection(), ...[...devices].map((device) => this.#describe(device))]);
    for (let since = 0n, isLast = false; !isLast; ) {
      isLast = this.#isToEnd;
      const frames = capture.since(since);
      since = (frames.at(-1)?.nanoseconds ?? since - 1n) + 1n;
      const wanted = frames.filter(({ at }) => this.#devices?.has(at) ?? true);
      const news = [...new Set(wanted.map(({ at }) => at))].filter((device) => !this.#numbers.has(device));
      const described = news.map((device) => this.#describe(device));
      const packets = wanted.map((frame) => capturePacket(frame, this.#numbers.get(frame.at) as number));
      if (wanted.length > 0) yield Buffer.concat([...described, encodePackets(packets)]);
      if (!isLast) await capture.hear(GLANCE);
    }
  }

  #describe(device: Interface): Buffer {
    this.#numbers.set(device, this.#numbers.size);
    return encodeInterface(captureInterface(device));
  }
}
