import { type LabWatcher, watch } from '../lab/engines/watcher.ts';
import type { MutationMeta, TriedMutant } from './mutant.ts';
import { Recording } from './recording.ts';
import { Turning } from './turning.ts';

/** How a run of a test ended. */
export interface TestRun {
  passed: boolean;
  /** The first line of its failure. */
  failure?: string | undefined;
  /** It could not ask: there was no address, nothing left. */
  unaskable?: boolean | undefined;
  /** It ran out of time. */
  timeout?: boolean;
}

/**
 * The runs of one test: as it is, then with one mutant after another. First those that the spec means and no test of
 * the file has noticed yet; then, where its answer has changed with none of these, the others until it does.
 */
export class Session {
  readonly #spec: string;
  readonly #recording: Recording;
  /** The mutants that some test of the file has noticed; shared by its sessions. */
  readonly #noticed: Set<string>;
  readonly #tried: TriedMutant[] = [];
  #mutants: TriedMutant[] = [];
  #failure: string | undefined;
  #current: { mutant: TriedMutant; turning: Turning } | undefined;

  constructor(spec: string, noticed: Set<string>) {
    this.#spec = spec;
    this.#recording = new Recording(spec);
    this.#noticed = noticed;
  }

  /** Prepares the next run. @returns false when there is none */
  next(): boolean {
    const mutant = this.#choose();
    if (!mutant) return false;
    this.#begin(mutant);
    return true;
  }

  /** The run as it is begins. */
  record(): void {
    watch(this.#recording);
  }

  /** The test's own function has ended, its fixtures have not. */
  ended(): void {
    if (!this.#current) this.#recording.ended();
  }

  finished({ passed, failure = '', unaskable = false, timeout = false }: TestRun): void {
    watch(undefined);
    if (!this.#current) {
      if (!passed) this.#failure = failure;
      else this.#mutants = this.#recording.mutants().map((mutant) => ({ ...mutant, fate: fateUntried(mutant.asked) }));
      return;
    }
    const { mutant, turning } = this.#current;
    this.#tried.push(mutant);
    if (!turning.turned) mutant.fate = 'unviable';
    else if (timeout) mutant.fate = 'timeout';
    else mutant.fate = passed ? 'survived' : 'killed';
    if (mutant.fate !== 'killed') return;
    mutant.failure = failure;
    mutant.unaskable = unaskable;
    this.#noticed.add(identity(mutant));
  }

  get meta(): MutationMeta {
    const { lab, refusals } = this.#recording;
    return {
      lab,
      refusals,
      mutants: this.#mutants,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  #choose(): TriedMutant | undefined {
    const open = this.#mutants.filter((mutant) => mutant.asked && !this.#tried.includes(mutant));
    const needed = open.find((mutant) => !mutant.unnamed && !this.#noticed.has(identity(mutant)));
    if (needed) return needed;
    const proven = this.#tried.some(({ fate, unaskable }) => fate === 'killed' && !unaskable);
    return proven ? undefined : (open.find(({ chosen }) => chosen) ?? open[0]);
  }

  #begin(mutant: TriedMutant): void {
    const turning = new Turning(mutant, this.#spec, this.#recording.slowest);
    this.#current = { mutant, turning };
    watch(turning satisfies LabWatcher);
  }
}

/** What makes two mutants of a file one: a part is the same wherever a test makes it, a change is a statement's. */
export function identity({ what, target, omission }: { what: string; target: string; omission: boolean }): string {
  return omission ? target : what;
}

function fateUntried(asked: boolean): 'spared' | 'unasked' {
  return asked ? 'spared' : 'unasked';
}
