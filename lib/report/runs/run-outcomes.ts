import { createHash } from 'node:crypto';
import { release } from 'node:os';
import type { TestCase, TestModule, Vitest } from 'vitest/node';
import { placeOf } from './merged-gaps.ts';
import { labelOf } from './run-label.ts';
import type { Outcomes, RunOutcomes, Stability } from './stability.ts';

/** Where a test stands in the record. */
export interface RecordPlace {
  kernel: string;
  file: string;
  test: string;
}

/** What one run has brought, with the place of each test. */
export interface PlacedOutcomes extends RunOutcomes {
  places: ReadonlyMap<TestCase, RecordPlace>;
}

/** The places of all tests, and what came of those that ran. */
export function outcomesOf(modules: readonly TestModule[], vitest: Vitest): PlacedOutcomes {
  const places = new Map<TestCase, RecordPlace>();
  const outcomes = new Map<string, Map<string, Map<string, Outcomes>>>();
  const hash = createHash('sha256');
  const toldByLabel = new Map<string | undefined, string>();
  for (const module of modules) {
    const [label, told] = [labelOf(module.meta()), toldKernel(module)];
    if (told !== undefined && !toldByLabel.has(label)) toldByLabel.set(label, told);
  }
  for (const module of modules) {
    const tests = [...module.children.allTests()];
    // One that did not load has told nothing of its tests.
    if (tests.length === 0) continue;
    const { key: file, machine } = placeOf(module, vitest);
    const label = labelOf(module.meta());
    const kernel = labelled(machine ?? toldKernel(module) ?? toldByLabel.get(label) ?? release(), label);
    const files = outcomes.get(kernel) ?? new Map<string, Map<string, Outcomes>>();
    const own = new Map<string, Outcomes>();
    outcomes.set(kernel, files.set(file, own));
    for (const each of tests) {
      const test = untaken(each.fullName, own);
      places.set(each, { kernel, file, test });
      own.set(test, outcomeOf(each));
      hash.update(JSON.stringify([kernel, file, test, each.diagnostic()?.startTime]));
    }
  }
  return { id: hash.digest('hex').slice(0, 16), outcomes, places };
}

/** What a record says of a test, by kernel: its own first, then the newest. */
export function recordedOf(record: Stability, { kernel, file, test }: RecordPlace): [kernel: string, Outcomes][] {
  const kernels = [kernel, ...[...record.keys()].filter((each) => each !== kernel).toReversed()];
  return kernels.flatMap((each) => {
    const outcomes = record.get(each)?.get(file)?.get(test);
    return outcomes === undefined ? [] : [[each, outcomes]];
  });
}

function outcomeOf(test: TestCase): Outcomes {
  const { state } = test.result();
  if (state === 'failed') return 'F';
  if (state !== 'passed') return '';
  return test.diagnostic()?.flaky ? 'R' : 'P';
}

/** Two tests of a file may have one name. */
function untaken(name: string, taken: ReadonlyMap<string, unknown>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name} #${number}`;
  return free;
}

/** A kernel with the label of its run: `6.1.0-56-amd64, sudo`. */
function labelled(kernel: string, label: string | undefined): string {
  // `hairpin test --kernel` ends its labels with the kernel.
  const rest = label === kernel ? '' : label?.endsWith(`-${kernel}`) ? label.slice(0, -kernel.length - 1) : label;
  return rest ? `${kernel}, ${rest}` : kernel;
}

/** A blob may come from another machine; its tests with a lab say which kernel that had. */
function toldKernel(module: TestModule): string | undefined {
  for (const test of module.children.allTests()) {
    const kernel = test.meta().hairpin?.kernel;
    if (kernel !== undefined) return kernel;
  }
  return undefined;
}
