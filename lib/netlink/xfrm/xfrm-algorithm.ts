import { readCString } from '../../kernel/bytes.ts';
import { u32 } from '../codec/scalars.ts';
import { type Struct, struct } from '../codec/struct.ts';
import { fixed, type Type } from '../codec/type.ts';
import { keyWords } from './xfrm-keys.ts';

/** An algorithm by the kernel's name, and its key: `0x…`, or '' for none. */
export interface XfrmAlgorithm {
  name: string;
  key: string;
  /** The bits of the check value; undefined for the kernel's own choice. */
  length: number | undefined;
}

const name = fixed<string>(
  64,
  (from, at) => readCString(from.subarray(at, at + 64)),
  (to, at, value) => to.write(value, at, 63),
);

export const algorithm = withKey(struct('xfrm_algo', { name, keyBits: u32 }));
export const authAlgorithm = withKey(struct('xfrm_algo_auth', { name, keyBits: u32, length: u32 }));
export const aeadAlgorithm = withKey(struct('xfrm_algo_aead', { name, keyBits: u32, length: u32 }));

export function algorithmWords(keyword: string, algorithm: XfrmAlgorithm | undefined): string[] {
  if (!algorithm) return [];
  const { name: of, key, length } = algorithm;
  return [keyword, of, keyWords(key), ...(length === undefined ? [] : [String(length)])];
}

/** A struct with the bytes of a key behind it, whose length it says in bits. */
function withKey(
  header: Struct<
    { name: string; keyBits: number; length?: number },
    { name?: string; keyBits?: number; length?: number }
  >,
): Type<XfrmAlgorithm> {
  return {
    parts: [header as Type<unknown, never>],
    write: (to, { key, name: of, length }) => {
      const behind = Buffer.from(key.slice('0x'.length), 'hex');
      header.write(to, { name: of, keyBits: 8 * behind.length, ...(length === undefined ? {} : { length }) });
      to.put(behind);
    },
    read: (from) => {
      const { name: of, keyBits, length } = header.read(from);
      const key = from.toString('hex', header.size, header.size + Math.ceil(keyBits / 8));
      return { name: of, key: key === '' ? '' : `0x${key}`, length };
    },
    words: () => [],
  };
}
