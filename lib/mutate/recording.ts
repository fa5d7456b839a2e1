import { type LabWatcher, type Part, unwatched } from '../lab/watcher.ts';
import { type Knob, knobsOf } from './knobs.ts';
import type { Mutant } from './mutant.ts';
import { specLine } from './spec-line.ts';

/** Watches a test run as it is, to learn what of its lab could be otherwise. */
export class Recording implements LabWatcher {
  readonly #spec: string;
  readonly #mutants: (Omit<Mutant, 'unnamed' | 'lab'> & { knob?: Knob; readyMade: boolean })[] = [];
  readonly #settings: Record<string, string> = {};
  readonly #changes: { step: number; words: string }[] = [];
  readonly #named = new Set<unknown>();
  #fresh: { part: Part; step: number; line: string; readyMade: boolean }[] = [];
  #steps = 0;
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

  /** Everything that could be otherwise, in the order of the steps. To be called when the test has ended. */
  mutants(): Mutant[] {
    return this.#mutants
      .toSorted((a, b) => a.step - b.step)
      .map(({ knob, readyMade, ...mutant }) => ({
        ...mutant,
        unnamed: readyMade && !knob?.of.some((place) => this.#named.has(place)),
        lab: knob
          ? this.#describe({ ...this.#settings, ...knob.settings }, this.#changes)
          : this.#describe(
              this.#settings,
              this.#changes.filter(({ step }) => step !== mutant.step),
            ),
      }));
  }

  made(part: Part): void {
    this.#fresh.push({ part, step: this.#steps++, line: specLine(this.#spec), readyMade: this.#readyMade });
  }

  changing(words: string): boolean {
    const step = this.#steps++;
    this.#changes.push({ step, words });
    const line = specLine(this.#spec);
    this.#mutants.push({
      what: `${words}: not done`,
      step,
      line,
      asked: true,
      omission: true,
      readyMade: this.#readyMade,
    });
    return true;
  }

  /** The parts stand as the question finds them: what the spec has set since it made them belongs to them. */
  asked(): void {
    this.#examine(true);
  }

  /** The test has ended, its lab has not: what is fresh still was never asked of. */
  ended(): void {
    try {
      this.#examine(false);
    } catch {
      // A test may have ended its lab itself.
    }
  }

  #examine(asked: boolean): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    unwatched(() => {
      for (const { part, step, line, readyMade } of fresh) {
        const { settings, knobs } = knobsOf(part);
        Object.assign(this.#settings, settings);
        for (const knob of knobs) {
          this.#mutants.push({ what: knob.what, step, line, asked, omission: false, knob, readyMade });
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
