import { checkOneOf } from '../../base/validate.ts';
import { type Fixed, fixed } from './type.ts';
import { among } from './value-rule.ts';

/**
 * A number that stands for a word.
 *
 * @param prefix of the kernel's constants: behind it, and in upper case, a word is the name of its number; '' where it is not
 * @param otherwise what an unknown number reads as; without it, as its digits
 */
export function oneOf<K extends string>(
  of: Fixed<number>,
  prefix: string,
  numbers: Readonly<Record<K, number>>,
): Fixed<K | `${number}`>;
export function oneOf<K extends string, Other extends string>(
  of: Fixed<number>,
  prefix: string,
  numbers: Readonly<Record<K, number>>,
  otherwise: Other,
): Fixed<K | Other>;
export function oneOf<K extends string, Other extends string>(
  of: Fixed<number>,
  prefix: string,
  numbers: Readonly<Record<K, number>>,
  otherwise?: Other,
): Fixed<K | Other> {
  const all = Object.entries<number>(numbers);
  const words = new Map(all.map(([word, value]) => [value, word as K]));
  return fixed<K | Other>(
    of.size,
    (bytes, at) => {
      const value = of.readAt(bytes, at);
      return words.get(value) ?? otherwise ?? (String(value) as Other);
    },
    (bytes, at, word) => of.writeAt(bytes, at, word in numbers ? numbers[word as K] : Number(word)),
    {
      ...among(...Object.keys(numbers)),
      check: (call, option, value) => void checkOneOf(call, option, value, Object.keys(numbers)),
      constants: prefix === '' ? [] : all.map(([word, value]) => [`${prefix}${word.toUpperCase()}`, value]),
    },
  );
}
