import { randomBytes } from 'node:crypto';

/** Bytes at the beginning of a probe's data that no other has: a mark of its question, and the probe's number. */
export const PROBE_DATA = 17;

const MARK = PROBE_DATA - 1;

/** What the probes of one question have in their data. */
export class ProbeData {
  readonly #mark = randomBytes(MARK);
  readonly #size: number;

  constructor(size = PROBE_DATA) {
    this.#size = size;
  }

  /** The data of probe number `sequence`. */
  of(sequence: number): Buffer {
    const data = Buffer.alloc(this.#size);
    this.#mark.copy(data);
    data.writeUInt8(sequence & 0xff, MARK);
    return data;
  }

  /** Whether data is of one of them; it may have been cut off behind the mark. */
  isOurs(data: Buffer): boolean {
    return data.length >= MARK && data.subarray(0, MARK).equals(this.#mark);
  }

  /** Which of them it is. */
  sequenceOf(data: Buffer): number {
    return data[MARK] ?? 0;
  }
}
