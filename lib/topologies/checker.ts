import { nearestWord } from '../base/nearest-word.ts';
import { isObject } from '../base/plain-object.ts';
import { show } from '../base/validate.ts';
import type { Source } from './source.ts';
import type { Mapping, Path } from './topology.ts';

/** Checks the shape of a file. Each failure is a UsageError with the file, the line and the column, and the nearest right word. */
export class Checker {
  readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  mapping(path: Path, value: unknown, noun: string): Mapping {
    if (isObject(value)) return value;
    return this.source.fail(path, `${noun} must be a mapping (key: value): received ${show(value)}`);
  }

  /** Nothing is an empty list. */
  list(path: Path, value: unknown): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    return this.source.fail(path, `${path.at(-1)} must be a list: received ${show(value)}`);
  }

  keys(path: Path, value: Mapping, known: readonly string[], noun: string): void {
    for (const key of Object.keys(value)) if (!known.includes(key)) this.unknownKey([...path, key], known, noun);
  }

  unknownKey(path: Path, known: readonly string[], noun: string): never {
    const key = String(path.at(-1));
    const mend = didYouMean(key, known) ?? `the keys are ${known.join(', ')}`;
    return this.source.fail(path, `there is no key ${show(key)} in ${noun}; ${mend}`, 'key');
  }

  oneOf(path: Path, value: unknown, words: readonly string[]): void {
    if (value === undefined || words.some((word) => word === value)) return;
    const near = typeof value === 'string' ? didYouMean(value, words) : undefined;
    const mend = near === undefined ? '' : `; ${near}`;
    this.source.fail(path, `${path.at(-1)} must be one of ${words.join(', ')}: received ${show(value)}${mend}`);
  }
}

/** What a misspelt word most likely means; undefined if no known word is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const near = nearestWord(word, known);
  return near === undefined ? undefined : `did you mean ${show(near)}?`;
}
