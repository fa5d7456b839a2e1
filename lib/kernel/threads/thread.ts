import { Worker } from 'node:worker_threads';
import { ownFile } from '../../base/own-file.ts';

/** A file that runs beside the event loop, so that a busy event loop delays none of what it does. */
export class Thread {
  readonly #ended: Promise<void>;
  #error: Error | undefined;

  /**
   * @param path as {@link ownFile} gives it
   * @param order what it finds as its `workerData`
   */
  constructor(path: string, order: object) {
    const worker = new Worker(path, { workerData: order, execArgv: [] });
    this.#ended = new Promise((resolve) => {
      worker.once('error', (error) => {
        this.#error = error;
      });
      worker.once('exit', () => resolve());
    });
    // A test that is over must not wait for it.
    worker.unref();
  }

  /** @throws Error what it failed by, if it has */
  check(): void {
    if (this.#error) throw this.#error;
  }

  /** Waits until it has ended. @throws Error what it failed by */
  async ended(): Promise<void> {
    await this.#ended;
    this.check();
  }
}
