import { type LabWatcher, type Part, unwatched } from '../lab/engines/watcher.ts';
import type { Knob } from './knob.ts';
import { knobsOf } from './knobs.ts';
import type { Mutant } from './mutant.ts';
import { PartNames } from './part-names.ts';
import { specSite } from './spec-line.ts';

/** A part that nothing has been asked of yet. */
interface Fresh {
  part: Part;
  target: string;
  line: string;
  readyMade: boolean;
}

/** Watches a test run as it is, to learn what of its lab could be otherwise. */
export class Recording implements LabWatcher {
  readonly #spec: string;
  readonly #parts = new PartNames();
  readonly #turnable: (Fresh & { knob: Knob; asked: boolean })[] = [];
  readonly #settings: Record<string, string> = {};
  readonly #changes: { words: string; line: string; statement: string; readyMade: boolean }[] = [];
  readonly #named = new Set<unknown>();
  #fresh: Fresh[] = [];
  #readyMade = false;
  #slowest = 0;
  #refusals = false;

  constructor(spec: string) {
    this.#spec = spec;
  }

  /** Something was refused: that is what the test is about, since it passes. */
  get refusals(): boolean {
    return this.#refusals;
  }

  /** How long the slowest answer took, in milliseconds. */
  get slowest(): number {
    return this.#slowest;
  }

  /** What the lab is like as it is built. */
  get lab(): string {
    return this.#describe(this.#settings, this.#changes);
  }

  /** Everything that could be otherwise. To be called when the test has ended. */
  mutants(): Mutant[] {
    return [...this.#otherwise(), ...this.#leftOut()];
  }

  #otherwise(): Mutant[] {
    return this.#turnable.map(({ knob, target, line, asked, readyMade }) => ({
      what: knob.what,
      target,
      line,
      omission: false,
      chosen: Object.keys(knob.settings).length > 0,
      asked,
      unnamed: readyMade && !knob.of.some((place) => this.#named.has(place)),
      lab: this.#describe({ ...this.#settings, ...knob.settings }, this.#changes),
    }));
  }

  /** A statement that makes several changes, in a loop, is left out as a whole. */
  #leftOut(): Mutant[] {
    return [...Map.groupBy(this.#changes, ({ statement }) => statement)].map(([statement, changes]) => {
      const [{ words, line, readyMade }, ...more] = changes as [(typeof changes)[0]];
      const times = more.length === 0 ? '' : ` and ${more.length} more`;
      const others = this.#changes.filter((change) => !changes.includes(change));
      return {
        what: `${words}${times}: not done`,
        target: statement,
        line,
        omission: true,
        chosen: true,
        asked: true,
        unnamed: readyMade,
        lab: this.#describe(this.#settings, others),
      };
    });
  }

  made(part: Part): void {
    const { line } = specSite(this.#spec);
    this.#fresh.push({ part, target: this.#parts.add(part), line, readyMade: this.#readyMade });
  }

  changing(words: string): boolean {
    this.#changes.push({ words, ...specSite(this.#spec), readyMade: this.#readyMade });
    return true;
  }

  /** The parts stand as the question finds them: what the spec has set since it made them belongs to them. */
  asked(): void {
    this.#examine(true);
  }

  /** The test has ended, its lab has not: what is fresh still was never asked of. */
  ended(): void {
    this.#examine(false);
  }

  #examine(asked: boolean): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    unwatched(() => {
      for (const made of fresh) {
        try {
          const { settings, knobs } = knobsOf(made.part);
          Object.assign(this.#settings, settings);
          for (const knob of knobs) this.#turnable.push({ ...made, knob, asked });
        } catch {
          // A test may have ended its lab itself: what it asks then is its own, and so is what it hears.
        }
      }
    });
  }

  refused(): void {
    this.#refusals = true;
  }

  patience(milliseconds: number): number {
    return milliseconds;
  }

  answered(milliseconds: number): void {
    this.#slowest = Math.max(this.#slowest, milliseconds);
  }

  readyMade<T extends object>(make: () => T): T {
    this.#readyMade = true;
    try {
      const parts = make();
      return new Proxy(parts, {
        get: (_, name) => {
          const part = Reflect.get(parts, name);
          this.#named.add(part);
          return part;
        },
      });
    } finally {
      this.#readyMade = false;
    }
  }

  #describe(settings: Record<string, string>, changes: readonly { words: string }[]): string {
    const sorted = Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([sorted, changes.map(({ words }) => words)]);
  }
}
