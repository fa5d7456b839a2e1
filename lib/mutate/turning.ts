import { type LabWatcher, type Part, unwatched } from '../lab/engines/watcher.ts';
import { knobsOf } from './knobs.ts';
import type { Mutant } from './mutant.ts';
import { PartNames } from './part-names.ts';
import { specSite } from './spec-line.ts';

/** A mutated lab's question may wait ten times as long as the slowest answer of the lab as it is, and this at least. */
const PATIENCE = 100;

/**
 * Watches a test run again, and turns one knob: a part's at the first question after it was made, so that the lab is
 * built undisturbed; a change is left out where it stands.
 */
export class Turning implements LabWatcher {
  readonly #mutant: Mutant;
  readonly #spec: string;
  readonly #parts = new PartNames();
  readonly #patience: number;
  #part: Part | undefined;
  #done = false;
  #failed = false;

  constructor(mutant: Mutant, spec: string, slowest: number) {
    this.#mutant = mutant;
    this.#spec = spec;
    this.#patience = Math.max(PATIENCE, 10 * slowest);
  }

  /** Whether the knob has been turned, and the rest of the lab built: then it is the questions that noticed, or did not. */
  get turned(): boolean {
    return this.#done && !this.#failed;
  }

  made(part: Part): void {
    if (this.#parts.add(part) === this.#mutant.target) this.#part = part;
  }

  changing(): boolean {
    const { target, omission } = this.#mutant;
    if (!omission || specSite(this.#spec).statement !== target) return true;
    this.#done = true;
    return false;
  }

  asked(): void {
    const part = this.#part;
    if (!part) return;
    this.#part = undefined;
    try {
      unwatched(() => {
        const knob = knobsOf(part).knobs.find(({ what }) => what === this.#mutant.what);
        knob?.turn();
        if (knob) this.#done = true;
        else this.#failed = true;
      });
    } catch {
      this.#failed = true;
    }
  }

  /** What cannot be built any more says nothing of the questions. */
  refused(during: 'building' | 'asking'): void {
    if (during === 'building' && this.#done) this.#failed = true;
  }

  patience(milliseconds: number): number {
    return Math.min(milliseconds, this.#patience);
  }

  answered(): void {}

  readyMade<T extends object>(make: () => T): T {
    return make();
  }
}
