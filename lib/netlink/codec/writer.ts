import { NLA_F_NESTED } from '../../kernel/constants.ts';
import { ATTRIBUTE_HEADER, align } from './attribute.ts';

/** An attribute's length has 16 bits. */
const LONGEST = 0xffff;

/** Netlink messages, written one behind another into one buffer. Every item begins at a multiple of four. */
export class Writer {
  /** From Node's pool: to allocate memory for each message takes longer than to write the message. */
  #buffer = Buffer.allocUnsafe(1024).fill(0);
  /** Where the last item ends, without the padding behind it. */
  #end = 0;

  /** The buffer that is written to. It is another one after {@link reserve}, where that needed more room. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** How many bytes have been written, padding included. */
  get length(): number {
    return align(this.#end);
  }

  /** What has been written: a view that is good until more is written. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  /** Starts again with nothing, in the same memory. */
  clear(): void {
    this.#buffer.fill(0, 0, this.#end);
    this.#end = 0;
  }

  /** Makes room for an item, which is zero. Returns where it begins in {@link buffer}. */
  reserve(size: number): number {
    const at = this.length;
    this.#end = at + size;
    if (this.length > this.#buffer.length) {
      const larger = Buffer.alloc(2 * this.length);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    return at;
  }

  /** Writes bytes as they are. */
  put(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.#buffer.set(bytes, at);
  }

  /** Begins an attribute: what is written until {@link endAttribute} is its payload. Returns where it begins. */
  beginAttribute(type: number, isNested: boolean): number {
    const at = this.reserve(ATTRIBUTE_HEADER);
    this.#buffer.writeUInt16LE(isNested ? type | NLA_F_NESTED : type, at + 2);
    return at;
  }

  /** @throws RangeError when the attribute is longer than its 16 bits can say */
  endAttribute(at: number): void {
    const length = this.#end - at;
    if (length > LONGEST) throw new RangeError(`a netlink attribute has ${LONGEST} bytes at most: received ${length}`);
    this.#buffer.writeUInt16LE(length, at);
    // The padding of what is last in a nest belongs to the nest (nla_nest_end).
    this.#end = this.length;
  }
}

/** A value as it travels. */
export function bytesOf<W>(type: { write(to: Writer, value: W): void }, value: W): Buffer {
  const writer = new Writer();
  type.write(writer, value);
  return Buffer.from(writer.bytes);
}
