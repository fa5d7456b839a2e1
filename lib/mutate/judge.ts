import type { TriedMutant } from './mutant.ts';
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
  /** Runs that ran out of time: of their mutants nothing is known by them. */
  timeouts: number;
  /** Tests that pass with whatever knob of their network turned, with how many that were. */
  vacuous: (NamedTest & { mutants: number })[];
  /** Tests whose answer no knob changes: they fail only where their question cannot be asked at all. */
  unmoved: NamedTest[];
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
  const tried = new Map(judged.map((test) => [test, triedMutants(test, judged)]));
  const groups = [...tried].flatMap(([test, mutants]) => mutants.map((mutant) => ({ test, mutant })));
  const byMutant = [...Map.groupBy(groups, ({ test, mutant }) => `${test.file} ${identity(mutant)}`).values()];
  const killed = byMutant.filter((group) => group.some(({ mutant }) => mutant.fate === 'killed'));
  const survivors = byMutant.flatMap((group) => (killed.includes(group) ? [] : toSurvivor(group, ignored)));
  const mutants = killed.length + survivors.length;
  const blind = judged.filter((test) => isBlind(tried.get(test) ?? []));
  return {
    killed: killed.length,
    mutants,
    score: mutants === 0 ? 100 : Math.floor((1000 * killed.length) / mutants) / 10,
    survivors,
    timeouts: judged.flatMap(({ meta }) => meta?.mutants ?? []).filter(({ fate }) => fate === 'timeout').length,
    vacuous: blind
      .filter(({ meta }) => !meta?.refusals)
      .map((test) => ({ ...named(test), mutants: tried.get(test)?.length ?? 0 })),
    unmoved: unmovedTests(tried),
    refusals: blind.filter(({ meta }) => meta?.refusals).map(named),
    failing: judged.flatMap((test) =>
      test.meta?.failure === undefined ? [] : [{ ...named(test), failure: test.meta.failure }],
    ),
    idle: judged.filter(({ meta }) => meta && meta.mutants.length === 0 && meta.failure === undefined).map(named),
  };
}

/** A test's mutants of which something is known, without those that another case of the same test has as its network. */
function triedMutants(test: MutatedTest, all: readonly MutatedTest[]): TriedMutant[] {
  const cases = all.filter((other) => other !== test && other.file === test.file && other.line === test.line);
  const networks = new Set(cases.map(({ meta }) => meta?.lab));
  return (test.meta?.mutants ?? []).filter(({ fate, lab }) => {
    const passed = fate === 'survived' || fate === 'unasked';
    return fate === 'killed' || (passed && !networks.has(lab));
  });
}

function isBlind(mutants: readonly TriedMutant[]): boolean {
  return mutants.length > 0 && mutants.every(({ fate }) => fate !== 'killed');
}

/** The cases of one test together: what cannot be otherwise in one of them may be in the next. */
function unmovedTests(tried: Map<MutatedTest, TriedMutant[]>): NamedTest[] {
  const byTest = Map.groupBy(tried, ([{ file, line, name }]) => `${file} ${line ?? name}`);
  return [...byTest.values()].flatMap((cases) => {
    const killed = cases.flatMap(([, mutants]) => mutants.filter(({ fate }) => fate === 'killed'));
    const [[test]] = cases as [(typeof cases)[0]];
    return killed.length > 0 && killed.every(({ unaskable }) => unaskable) ? [named(test)] : [];
  });
}

interface Tried {
  test: MutatedTest;
  mutant: TriedMutant;
}

/** What a spec does not mean, or says to ignore, is no survivor. */
function toSurvivor(group: readonly Tried[], ignored: (file: string, line: string) => boolean): Survivor[] {
  const meant = group.filter(
    ({ test, mutant }) => !mutant.unnamed && !test.meta?.refusals && !ignored(test.file, mutant.line),
  );
  const [first] = meant;
  if (!first) return [];
  const lines = [...new Set(meant.map(({ mutant }) => mutant.line))];
  return [{ file: first.test.file, lines, what: first.mutant.what, tests: meant.map(({ test }) => test.name) }];
}

function named({ file, line, name }: MutatedTest): NamedTest {
  return { file, line, name };
}
