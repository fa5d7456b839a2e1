import type { Fate, TriedMutant } from './mutant.ts';
import type { MutatedTest } from './run-mutation.ts';
import { identity } from './session.ts';

/** A mutant of a file that no test of it noticed. */
export interface Survivor {
  file: string;
  /** The lines of the spec that make the part, or leave the change undone. */
  lines: string[];
  what: string;
  /** The tests that passed with it. */
  tests: string[];
}

/** A test, named where no more is to be said of it. */
export interface NamedTest {
  file: string;
  line: number | undefined;
  name: string;
}

export interface Judgement {
  /** Mutants that some test of their file noticed, and all that could have been. */
  killed: number;
  mutants: number;
  /** Percent, as Stryker's: killed of all. 100 where there are none. */
  score: number;
  survivors: Survivor[];
  /** Tests that pass with whatever knob of their network turned, with how many that were. */
  vacuous: (NamedTest & { mutants: number })[];
  /** Tests that notice nothing, but are about calls that are refused. */
  refusals: NamedTest[];
  /** Tests that fail as they are. */
  failing: (NamedTest & { failure: string })[];
  /** Tests that have no network, or one that has no knob. */
  idle: NamedTest[];
}

/**
 * Sums up what came of all mutants. A mutant is its file's: one test that notices is enough. A test that notices none
 * at all is vacuous.
 *
 * @param ignored whether a line of a file says that it is not to be judged
 */
export function judge(
  tests: readonly MutatedTest[],
  ignored: (file: string, line: string) => boolean = () => false,
): Judgement {
  const judged = tests.filter(({ file, line }) => !ignored(file, String(line)));
  const tried = judged.flatMap((test) => mutantsOf(test, judged).map((mutant) => ({ test, mutant })));
  const grouped = Map.groupBy(tried, ({ test, mutant }) => `${test.file} ${identity(mutant)}`);
  const mutants = [...grouped.values()].filter((group) => counts(group, ignored));
  const killed = mutants.filter((group) => group.some(({ mutant }) => mutant.fate === 'killed'));
  const survivors = mutants.filter((group) => !killed.includes(group)).map(toSurvivor);
  const fates = new Map(judged.map((test) => [test, mutantsOf(test, judged).map(({ fate }) => fate)]));
  const blind = judged.filter((test) => isBlind(fates.get(test) ?? []));
  return {
    killed: killed.length,
    mutants: mutants.length,
    score: mutants.length === 0 ? 100 : Math.floor((1000 * killed.length) / mutants.length) / 10,
    survivors,
    vacuous: blind
      .filter(({ meta }) => !meta?.refusals)
      .map((test) => ({ ...named(test), mutants: fates.get(test)?.length ?? 0 })),
    refusals: blind.filter(({ meta }) => meta?.refusals).map(named),
    failing: judged.flatMap((test) =>
      test.meta?.failure === undefined ? [] : [{ ...named(test), failure: test.meta.failure }],
    ),
    idle: judged.filter(({ meta }) => meta && meta.mutants.length === 0 && meta.failure === undefined).map(named),
  };
}

/** A test's mutants of which something is known, without those that another case of the same test has as its network. */
function mutantsOf(test: MutatedTest, all: readonly MutatedTest[]): TriedMutant[] {
  const cases = all.filter((other) => other !== test && other.file === test.file && other.line === test.line);
  const networks = new Set(cases.map(({ meta }) => meta?.lab));
  return (test.meta?.mutants ?? []).filter(
    ({ fate, lab }) => fate !== 'unviable' && (isDetected(fate) || !networks.has(lab)),
  );
}

interface Tried {
  test: MutatedTest;
  mutant: TriedMutant;
}

/** What a spec did not mean, or does not judge, counts only where it is noticed all the same. */
function counts(group: readonly Tried[], ignored: (file: string, line: string) => boolean): boolean {
  return group.some(
    ({ test, mutant }) =>
      isDetected(mutant.fate) || (!mutant.unnamed && !test.meta?.refusals && !ignored(test.file, mutant.line)),
  );
}

function isDetected(fate: Fate): boolean {
  return fate === 'killed' || fate === 'spared';
}

function isBlind(fates: readonly Fate[]): boolean {
  return fates.length > 0 && !fates.includes('killed');
}

function toSurvivor(group: readonly Tried[]): Survivor {
  const [first] = group as [Tried];
  return {
    file: first.test.file,
    lines: [...new Set(group.map(({ mutant }) => mutant.line))],
    what: first.mutant.what,
    tests: group.map(({ test }) => test.name),
  };
}

function named({ file, line, name }: MutatedTest): NamedTest {
  return { file, line, name };
}
