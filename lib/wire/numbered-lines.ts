import { dissectFrame } from './dissect/ethernet.ts';

/**
 * Says frames in one line each, as `describeFrame` does, but the same in every run. Identifiers of echo requests, and ports that the
 * kernel chose, differ from run to run: they are numbered in the order in which they come, `id #1`, `10.0.0.1:#2`.
 */
export class NumberedLines {
  readonly #numbers = new Map<string, number>();

  describe(bytes: Buffer): string {
    const { line, chosen } = dissectFrame(bytes);
    return chosen.reduce((text, part) => text.replaceAll(part, part.replace(/\d+/, `#${this.#numberOf(part)}`)), line);
  }

  #numberOf(part: string): number {
    const number = this.#numbers.get(part) ?? this.#numbers.size + 1;
    this.#numbers.set(part, number);
    return number;
  }
}
