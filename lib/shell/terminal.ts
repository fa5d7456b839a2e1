import { closeSync, openSync, read, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { harmless } from '../base/visible-text.ts';

/** A terminal gives a line at a time, of at most so many bytes (`N_TTY_BUF_SIZE`). */
const LONGEST_LINE = 4096;
export const SHOW_CURSOR = '\u001b[?25h';
const readAsync = promisify(read);

/**
 * The terminal that a run was started from, whatever its streams lead to: a test worker's are pipes to its parent. Lines are edited by the
 * kernel, and Ctrl+C at the prompt ends the run.
 */
export class Terminal implements Disposable {
  /** For programs, which read and write it themselves. */
  readonly fd: number;
  #isClosed = false;

  private constructor(fd: number) {
    this.fd = fd;
  }

  /** @returns undefined for a process without a terminal */
  static open(): Terminal | undefined {
    try {
      const terminal = new Terminal(openSync('/dev/tty', 'r+'));
      // vitest hides it while tests run.
      writeSync(terminal.fd, SHOW_CURSOR);
      return terminal;
    } catch {
      return undefined;
    }
  }

  /** Nothing is written once it is closed: a program beside the prompt may tell its end later. */
  write(text: string): void {
    if (!this.#isClosed) writeSync(this.fd, harmless(text));
  }

  /**
   * Asks for a line. One read and no stream: a stream would go on reading, and take from the programs what is typed for them.
   *
   * @returns undefined at the end of the input (Ctrl+D), and when the terminal is gone
   */
  async ask(prompt: string): Promise<string | undefined> {
    try {
      this.write(prompt);
      const { bytesRead, buffer } = await readAsync(this.fd, Buffer.alloc(LONGEST_LINE), 0, LONGEST_LINE, null);
      return bytesRead === 0 ? undefined : buffer.toString('utf8', 0, bytesRead);
    } catch {
      return undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    closeSync(this.fd);
  }
}
