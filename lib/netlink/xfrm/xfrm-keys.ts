import { createHmac, randomBytes } from 'node:crypto';
import { EMPTY_WORD } from '../names.ts';

/** The hash of a key with this cannot be turned back into the key. */
const salt = randomBytes(32);
const substitutes = new Set<string>();

/**
 * Another key of the same length, for what is written down. Keys that are the same, as at the two ends of a tunnel, have the same
 * substitute, so a network that is built with substitutes does as the one that it was read from.
 */
export function substituteFor(key: string): string {
  if (key === '' || substitutes.has(key)) return key;
  const length = (key.length - '0x'.length) / 2;
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, block) =>
    createHmac('sha256', salt).update(`${block} ${key}`).digest('hex'),
  );
  const substitute = `0x${blocks.join('').slice(0, 2 * length)}`;
  substitutes.add(substitute);
  return substitute;
}

/** The words of an error and of a script have no key of a spec in them. */
export function keyWords(key: string): string {
  if (key === '') return EMPTY_WORD;
  return substitutes.has(key) ? key : 'KEY';
}
