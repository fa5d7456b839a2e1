import { type LabWatcher, type Part, unwatched } from '../lab/watcher.ts';
import { type Knob, knobsOf } from './knobs.ts';
import type { Mutant } from './mutant.ts';
import { specSite } from './spec-line.ts';

/** Watches a test run as it is, to learn what of its lab could be otherwise. */
export class Recording implements LabWatcher {
  readonly #spec: string;
  readonly #turnable: { knob: Knob; step: number; line: string; asked: boolean; readyMade: boolean }[] = [];
  readonly #settings: Record<string, string> = {};
  readonly #changes: { words: string; step: number; line: string; site: string; readyMade: boolean }[] = [];
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
    return [...this.#otherwise(), ...this.#leftOut()].toSorted((a, b) => (a.steps[0] ?? 0) - (b.steps[0] ?? 0));
  }

  #otherwise(): Mutant[] {
    return this.#turnable.map(({ knob, step, line, asked, readyMade }) => ({
      what: knob.what,
      steps: [step],
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
    return [...Map.groupBy(this.#changes, ({ site }) => site).values()].map((changes) => {
      const [{ words, line, readyMade }, ...more] = changes as [(typeof changes)[0]];
      const times = more.length === 0 ? '' : ` and ${more.length} more`;
      return {
        what: `${words}${times}: not done`,
        steps: changes.map(({ step }) => step),
        line,
        omission: true,
        chosen: true,
        asked: true,
        unnamed: readyMade,
        lab: this.#describe(
          this.#settings,
          this.#changes.filter((change) => !changes.includes(change)),
        ),
      };
    });
  }

  made(part: Part): void {
    this.#fresh.push({ part, step: this.#steps++, line: specSite(this.#spec).line, readyMade: this.#readyMade });
  }

  changing(words: string): boolean {
    const { line, column } = specSite(this.#spec);
    this.#changes.push({ words, step: this.#steps++, line, site: `${line}:${column}`, readyMade: this.#readyMade });
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
        for (const knob of knobs) this.#turnable.push({ knob, step, line, asked, readyMade });
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
