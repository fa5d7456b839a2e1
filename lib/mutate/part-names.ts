import type { Part } from '../lab/engines/watcher.ts';

/** Tells the parts of a test's labs apart in every run: by name, and by number where two labs have the same. */
export class PartNames {
  readonly #seen = new Map<string, number>();

  /** The name of a part that has just been made. */
  add(part: Part): string {
    const name = String(part);
    const number = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, number);
    return `${name} ${number}`;
  }
}
