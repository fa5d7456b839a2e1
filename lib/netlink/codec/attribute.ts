import { NLA_TYPE_MASK } from '../../kernel/constants.ts';

/** Of an attribute: its length and its type. */
export const ATTRIBUTE_HEADER = 4;
/** Where a length of 16 bits begins anew. */
const WRAP = 0x1_0000;

/**
 * The attributes in `bytes` by type; a type that comes twice keeps its last value, as in the kernel's `nla_parse`.
 *
 * @param long the type of the one that may be longer than its 16 bits can say: `nla_nest_end` lets them wrap round, as in
 * the list of a source macvlan. It is then as long as it can be, which is right as long as what is behind it is short
 * @throws RangeError when an attribute says it is longer than what is left, or shorter than its own header
 */
export function decodeAttributes(bytes: Uint8Array, long?: number): Map<number, Buffer> {
  return new Map(listAttributes(bytes, long));
}

/** As {@link decodeAttributes}, but in order and with repeated types: for arrays such as `IFLA_MACVLAN_MACADDR_DATA`. */
export function listAttributes(bytes: Uint8Array, long?: number): [type: number, payload: Buffer][] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list: [number, Buffer][] = [];
  eachAttribute(buffer, long, (type, start, end) => list.push([type, buffer.subarray(start, end)]));
  return list;
}

/** As {@link listAttributes}, by where the payloads are: most of what the kernel says nobody looks at. */
export function eachAttribute(
  buffer: Buffer,
  long: number | undefined,
  visit: (type: number, start: number, end: number) => void,
): void {
  let at = 0;
  while (at + ATTRIBUTE_HEADER <= buffer.length) {
    const type = buffer.readUInt16LE(at + 2) & NLA_TYPE_MASK;
    const nlaLen = buffer.readUInt16LE(at);
    const length = type === long ? unwrapped(nlaLen, buffer.length - at) : nlaLen;
    if (length < ATTRIBUTE_HEADER || at + length > buffer.length) {
      throw new RangeError(
        `netlink attribute of length ${length} at byte ${at} does not fit into ${buffer.length} bytes`,
      );
    }
    visit(type, at + ATTRIBUTE_HEADER, at + length);
    at += align(length);
  }
}

/** The longest length that fits, of those whose low 16 bits are `nlaLen`. */
function unwrapped(nlaLen: number, left: number): number {
  return nlaLen + Math.max(0, Math.floor((left - nlaLen) / WRAP)) * WRAP;
}

export function align(length: number): number {
  return (length + 3) & ~3;
}
