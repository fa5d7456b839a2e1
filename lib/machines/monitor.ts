import type { Duplex } from 'node:stream';
import { eachLine } from './console.ts';
import { gatherOutput } from './start-program.ts';

/** It has, before it could answer. */
export class QemuEnded extends Error {
  constructor() {
    super('QEMU has ended');
  }
}

/** What QEMU says of an event. */
type EventData = Readonly<Record<string, unknown>>;

interface Message {
  event?: string;
  data?: EventData;
  return?: unknown;
  error?: { desc: string };
}

/**
 * QEMU's monitor (QMP): a JSON object a line. QEMU greets when its sockets listen, takes no other command before
 * `qmp_capabilities`, answers commands in their order, and tells of events in between.
 */
export class Monitor {
  readonly #stream: Duplex;
  readonly #waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  readonly #listeners = new Map<string, (data: EventData) => void>();
  /** When QEMU has ended. */
  readonly ended: Promise<void>;
  /** When QEMU listens; rejects when it ends before. */
  readonly ready: Promise<void>;

  constructor(stream: Duplex) {
    this.#stream = stream;
    const { promise: greeted, resolve: greet } = Promise.withResolvers<void>();
    gatherOutput(
      stream,
      eachLine((line) => {
        if (line.trim() === '') return;
        const message = JSON.parse(line);
        if ('QMP' in message) greet();
        else this.#take(message);
      }),
    );
    this.ended = new Promise((resolve) => stream.on('error', () => {}).on('close', resolve));
    this.ready = Promise.race([greeted, this.#end()]).then(async () => void (await this.execute('qmp_capabilities')));
    this.ready.catch(() => {});
  }

  /**
   * @returns what QEMU returned
   * @throws Error with QEMU's words when it refuses, or when it has ended
   */
  async execute(command: string, args?: object): Promise<unknown> {
    const answer = new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#stream.write(`${JSON.stringify({ execute: command, ...(args ? { arguments: args } : {}) })}\n`);
    return Promise.race([answer, this.#end()]);
  }

  /** Calls back at each event of a name: `STOP`, `RESUME`, `MIGRATION` … */
  on(event: string, listener: (data: EventData) => void): void {
    this.#listeners.set(event, listener);
  }

  #take({ event, data = {}, error, return: returned }: Message): void {
    if (event !== undefined) {
      this.#listeners.get(event)?.(data);
      return;
    }
    const waiting = this.#waiting.shift();
    if (error) waiting?.reject(new Error(error.desc));
    else waiting?.resolve(returned);
  }

  async #end(): Promise<never> {
    await this.ended;
    throw new QemuEnded();
  }
}
