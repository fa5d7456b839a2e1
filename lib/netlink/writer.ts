import { NLA_F_NESTED } from '../kernel/constants.ts';
import { align } from './attribute.ts';

const ATTRIBUTE_HEADER = 4;
/** An attribute's length has 16 bits. */
const LONGEST = 0xffff;

/** Netlink messages, written one behind another into one buffer. Every item begins at a multiple of four. */
export class Writer {
  #bytes = Buffer.alloc(1024);
  /** Where the last item ends, without the padding behind it. */
  #end = 0;

  /** How many bytes have been written, padding included. */
  get length(): number {
    return align(this.#end);
  }

  /** What has been written: a view that is good until more is written. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** Writes `size` bytes by `fill`, which finds them zero. */
  put(size: number, fill: (bytes: Buffer, at: number) => void): void {
    const at = this.length;
    this.#end = at + size;
    if (this.length > this.#bytes.length) {
      const larger = Buffer.alloc(2 * this.length);
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    fill(this.#bytes, at);
  }

  /**
   * Writes an attribute around what `payload` writes.
   *
   * @throws RangeError when it is longer than its 16 bits can say
   */
  attribute(type: number, isNested: boolean, payload: () => void): void {
    const at = this.length;
    this.put(ATTRIBUTE_HEADER, (bytes) => bytes.writeUInt16LE(isNested ? type | NLA_F_NESTED : type, at + 2));
    payload();
    const length = this.#end - at;
    if (length > LONGEST) throw new RangeError(`a netlink attribute has ${LONGEST} bytes at most: received ${length}`);
    this.#bytes.writeUInt16LE(length, at);
    // The padding of what is last in a nest belongs to the nest (nla_nest_end).
    this.#end = this.length;
  }
}
