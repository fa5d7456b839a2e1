import { bytesToIp, ipToBytes, parsePrefix } from '../../wire/ip-address.ts';
import { bytesToMac, isMac, macToBytes } from '../../wire/mac-address.ts';
import { hexadecimal } from '../codec/scalars.ts';
import { attribute, type Row, type RowOptions } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';
import type { ValueRule } from '../codec/value-rule.ts';

/** A value of a filter, as a spec and `tc` say it: a number, or a text, maybe with a mask behind a slash. */
export type Said = string | number;

/** How such a value travels. */
export interface Value extends ValueRule {
  /** How many bytes it has. */
  readonly size: number;
  /** Its bytes; undefined for a value of another kind. */
  bytesOf(value: unknown): Buffer | undefined;
  textOf(bytes: Buffer): Said;
  words(value: Said): string;
}

/** A value with a mask, which has its own attribute. */
export interface Masked extends ValueRule, Pick<Value, 'size' | 'words'> {
  split(value: unknown): Parts | undefined;
  join(value: Buffer, mask: Buffer | undefined): Said;
}

interface Parts {
  value: Buffer;
  mask: Buffer;
}

/** A value is taken if it has bytes, and said as these say it. */
export function unmaskedOf(of: Omit<Value, 'accept'>): Value {
  const accept = (given: unknown) => {
    const bytes = of.bytesOf(given);
    return bytes && of.textOf(bytes);
  };
  return { ...of, accept };
}

export function maskedOf(of: Omit<Masked, 'accept'>): Masked {
  const accept = (given: unknown) => {
    const parts = of.split(given);
    return parts && of.join(parts.value, parts.mask);
  };
  return { ...of, accept };
}

interface NumberOptions {
  most?: number;
  /** Words for some numbers. */
  words?: Readonly<Record<string, number>>;
  /** `tc` says it in hexadecimal. */
  isHex?: boolean;
  /** In the machine's order. @default in the network's */
  isLittle?: boolean;
}

/** A number of some bytes. */
export function number(size: 1 | 2 | 4, { words = {}, isHex, isLittle, ...range }: NumberOptions = {}): Value {
  const most = range.most ?? 2 ** (8 * size) - 1;
  const names = Object.keys(words);
  return unmaskedOf({
    size,
    rule: `${names.length > 0 ? `one of ${names.join(', ')}, or ` : ''}a whole number from 0 to ${most}`,
    schema: { anyOf: [{ type: 'integer', minimum: 0, maximum: most }, { type: 'string' }] },
    bytesOf: (value) => {
      const given = typeof value === 'string' ? (words[value] ?? numberIn(value)) : value;
      if (!Number.isInteger(given) || Number(given) < 0 || Number(given) > most) return undefined;
      const bytes = Buffer.alloc(size);
      if (isLittle) bytes.writeUIntLE(Number(given), 0, size);
      else bytes.writeUIntBE(Number(given), 0, size);
      return bytes;
    },
    textOf: (bytes) => {
      const read = isLittle ? bytes.readUIntLE(0, size) : bytes.readUIntBE(0, size);
      return names.find((name) => words[name] === read) ?? read;
    },
    words: (value) => (typeof value === 'number' && isHex ? hexadecimal(value) : String(value)),
  });
}

function numberIn(text: string): number | undefined {
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}

const FULL = 0xff;

interface MaskOptions {
  /** In which of the two `tc` takes hexadecimal numbers. @default neither */
  hex?: 'both' | 'mask';
}

/** A value, or a value and a mask of the same kind: `0x10/0xf0`. Without a mask every bit counts. */
export function maskable(of: Value, { hex }: MaskOptions = {}): Masked {
  const say = (value: Said, isHex: boolean) => (isHex && typeof value === 'number' ? hexadecimal(value) : value);
  return maskedOf({
    ...of,
    rule: `${of.rule}, maybe with a mask behind a slash`,
    split: (given) => {
      const [before, after] = typeof given === 'string' ? parted(given) : [given];
      const value = of.bytesOf(before);
      const mask = after === undefined ? value && Buffer.alloc(value.length, FULL) : of.bytesOf(after);
      return value && mask && { value, mask };
    },
    join: (value, mask) => {
      if (isFull(mask)) return of.textOf(value);
      return `${say(of.textOf(value), hex === 'both')}/${say(of.textOf(mask), hex !== undefined)}`;
    },
  });
}

/** Of a value that has a slash, both parts. */
function parted(text: string): [string, string?] {
  const slash = text.indexOf('/');
  return slash < 0 ? [text] : [text.slice(0, slash), text.slice(slash + 1)];
}

function isFull(mask: Buffer | undefined): mask is undefined {
  return mask?.every((byte) => byte === FULL) ?? true;
}

const TEXT = { type: 'string' };

/** `02:00:00:00:00:01`, with another such address, or a number of bits, as its mask. */
export const macMask = maskedOf({
  size: 6,
  rule: 'a MAC address such as 02:00:00:00:00:01, maybe with a mask behind a slash: ff:ff:ff:00:00:00, or 24',
  schema: TEXT,
  words: String,
  split: (given) => {
    const [address, after] = typeof given === 'string' ? parted(given) : [];
    const mask = after === undefined ? Buffer.alloc(6, FULL) : isMac(after) ? macToBytes(after) : prefixMask(after, 6);
    return isMac(address) && mask ? { value: macToBytes(address), mask } : undefined;
  },
  join: (value, mask) => `${bytesToMac(value)}${isFull(mask) ? '' : `/${bytesToMac(mask)}`}`,
});

function prefixMask(length: string, size: number): Buffer | undefined {
  const bits = /^\d+$/.test(length) ? Number(length) : 8 * size + 1;
  if (bits > 8 * size) return undefined;
  return Buffer.from(Array.from({ length: size }, (_, at) => (FULL << (8 - clamp(bits - 8 * at))) & FULL));
}

function clamp(bits: number): number {
  return Math.min(8, Math.max(0, bits));
}

/** An address of one version of IP, or a network such as `10.0.0.0/8`. */
export function prefixOf(version: 4 | 6): Masked {
  return maskedOf({
    size: version === 4 ? 4 : 16,
    rule: `an IPv${version} address, or a network such as ${version === 4 ? '10.0.0.0/8' : 'fd00::/64'}`,
    schema: TEXT,
    words: String,
    split: (given) => {
      const prefix = typeof given === 'string' ? parsePrefix(given) : undefined;
      if (prefix?.family !== version) return undefined;
      const value = ipToBytes(prefix.address);
      const mask = prefixMask(String(prefix.length), value.length);
      return mask && { value, mask };
    },
    join: (value, mask) => `${bytesToIp(value)}${isFull(mask) ? '' : `/${lengthOf(mask) ?? bytesToIp(mask)}`}`,
  });
}

/** Undefined for a mask with gaps, which only other software sends. */
function lengthOf(mask: Buffer): number | undefined {
  const bits = [...mask].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const length = bits.lastIndexOf('1') + 1;
  return bits.slice(0, length).includes('0') ? undefined : length;
}

/** A row for a value without a mask. */
export function valueRow(kernel: string, at: number, of: Value, word?: string): Row<Said | undefined, Said> {
  const type: Type<Said> = {
    write: (to, value) => to.put(of.bytesOf(value) ?? Buffer.alloc(0)),
    read: (bytes) => of.textOf(ofSize(bytes, of.size)),
    words: (value) => [of.words(value)],
  };
  return attribute(kernel, at, type, worded(word));
}

/** A row for a value with a mask: the kernel's name of the attribute with the mask ends in `_MASK`. */
export function maskRow(
  kernel: string,
  [at, maskAt]: readonly [value: number, mask: number],
  of: Masked,
  word?: string,
): Row<Said | undefined, Said> {
  return partsRow([kernel, at], [`${kernel}_MASK`, maskAt], of, word);
}

/** A row for a value in two attributes. Of a value of which the kernel says one alone, {@link Parts} are read. */
export function partsRow(
  first: readonly [kernel: string, number: number],
  second: readonly [kernel: string, number: number],
  of: Masked,
  word?: string,
): Row<Said | undefined, Said> {
  const part = (name: keyof Parts): Type<unknown> => ({
    write: (to, value) => to.put(of.split(value)?.[name] ?? Buffer.alloc(0)),
    read: (bytes) => ({ [name]: ofSize(bytes, of.size) }),
    words: (value) => [of.words(value as Said)],
  });
  const versions = [
    { kernel: first[0], number: first[1], of: part('value') },
    { kernel: second[0], number: second[1], of: part('mask') },
  ];
  const join = (one: unknown, other: unknown) => {
    const { value, mask } = { ...(one as Parts), ...(other as Parts) };
    return of.join(value, mask);
  };
  const row = attribute(first[0], first[1], part('value') as Type<Said>, worded(word));
  return { ...row, versions, join };
}

function worded(word: string | undefined): RowOptions<Said> {
  return word === undefined ? {} : { word };
}

function ofSize(bytes: Buffer, size: number): Buffer {
  if (bytes.length === size) return Buffer.from(bytes);
  throw new RangeError(`${bytes.length} bytes where there should be ${size}`);
}
