import { randomBytes } from 'node:crypto';

/** Bytes at the beginning of a probe's data that no other has: the probe's number, and a mark of its question. */
export const PROBE_DATA = 17;

const MARK = PROBE_DATA - 1;

/** So much of a packet may be all that there is to know it by: 12 bytes of its data (`NFT_TRACETYPE_TRANSPORT_HSIZE`). */
const SHOWN = 12;

/** What the probes of one question have in their data. */
export class ProbeData {
  readonly #mark = randomMark();
  readonly #size: number;

  constructor(size = PROBE_DATA) {
    this.#size = size;
  }

  /** As much of the mark as a rule trace shows; it stands behind the probe's number. */
  get mark(): Buffer {
    return this.#mark.subarray(0, SHOWN - 1);
  }

  /** The data of probe number `sequence`. */
  of(sequence: number): Buffer {
    const data = Buffer.alloc(this.#size);
    data.writeUInt8(sequence & 0xff, 0);
    this.#mark.copy(data, 1);
    return data;
  }

  /** Whether data is of one of them; it may have been cut off. */
  isOurs(data: Buffer): boolean {
    const mark = data.subarray(1, PROBE_DATA);
    return data.length >= SHOWN && mark.equals(this.#mark.subarray(0, mark.length));
  }
}

/** As many at once as 256 questions take: each call of `randomBytes` costs as much as a system call. */
let random = Buffer.alloc(0);

function randomMark(): Buffer {
  if (random.length === 0) random = randomBytes(256 * MARK);
  const mark = random.subarray(0, MARK);
  random = random.subarray(MARK);
  return mark;
}
