import { after } from '../../kernel/clock.ts';

/** A stream that can be written to, such as `process.stdout`. */
type Terminal = Pick<NodeJS.WriteStream, 'write' | 'columns'>;

const ERASE = '\r\u001b[2K';
/** Milliseconds between two looks at what has changed. */
const INTERVAL = 100;

/** One line at a terminal's end that says how far a run is. Whatever else is written comes above it. */
export class LiveLine {
  readonly #terminals: readonly Terminal[];
  readonly #text: () => string;
  readonly #write: Terminal['write'];
  readonly #restore: (() => void)[] = [];
  #callOff: (() => void) | undefined;
  /** Whether the cursor is at the beginning of a line, but for our own. */
  #atStart = true;

  /** @param terminals those that share the screen: the line is written to the first */
  constructor(terminals: readonly [Terminal, ...Terminal[]], text: () => string) {
    this.#terminals = terminals;
    this.#text = text;
    this.#write = terminals[0].write.bind(terminals[0]);
  }

  start(): void {
    if (this.#callOff) return;
    for (const terminal of this.#terminals) this.#intercept(terminal);
    this.#tick();
  }

  stop(): void {
    if (!this.#callOff) return;
    this.#callOff();
    this.#callOff = undefined;
    if (this.#atStart) this.#write(ERASE);
    for (const restore of this.#restore.splice(0)) restore();
  }

  #tick(): void {
    this.#draw();
    this.#callOff = after(INTERVAL, () => this.#tick());
  }

  /** A pseudo-terminal that nobody has given a size says 0. */
  get #width(): number {
    return this.#terminals[0]?.columns || 80;
  }

  #intercept(terminal: Terminal): void {
    const { write } = terminal;
    terminal.write = ((chunk: Uint8Array | string, ...rest: []) => {
      if (this.#atStart) this.#write(ERASE);
      const written = write.call(terminal, chunk, ...rest);
      this.#atStart = String(typeof chunk === 'string' ? chunk : Buffer.from(chunk)).endsWith('\n');
      this.#draw();
      return written;
    }) as Terminal['write'];
    this.#restore.push(() => {
      terminal.write = write;
    });
  }

  #draw(): void {
    // A line that wraps could not be erased; half a line of somebody else's is not to be.
    if (this.#atStart) this.#write(`${ERASE}${this.#text().slice(0, this.#width - 1)}`);
  }
}
