import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { SerializedError } from 'vitest';
import type { TestCase, TestModule } from 'vitest/node';
import { marksOf } from '../drawing/path-marks.ts';
import { topologySvg } from '../drawing/topology-svg.ts';
import type { AttemptMeta } from '../lab-meta.ts';
import { Numbered } from '../numbered.ts';
import { moduleKey, withLabel } from '../runs/module-key.ts';
import type { RunCells } from '../runs/run-cells.ts';
import { labelOf } from '../runs/run-label.ts';
import type { Outcomes } from '../runs/stability.ts';
import type { AttemptDetail, ListedTest, PageData, ShownError, TestDetail, TestState } from './page-data.ts';
import { sourceLines } from './source-lines.ts';

/** Where things are on this machine. */
export interface Places {
  root: string;
  /** The folder that the page is in, which its links start from. */
  page: string;
  /** What the last runs of a test came to, by kernel, its own first. */
  stabilityOf: (test: TestCase) => [kernel: string, Outcomes][];
  /** Where tests ran on several kernels, or in several runs. */
  cells: RunCells | undefined;
}

/** What the page shows of a run. */
export function collectTests(
  modules: readonly TestModule[],
  unhandled: readonly SerializedError[],
  places: Places,
): Omit<PageData, 'index'> & { tests: ListedTest[]; labs: number } {
  const drawings = new Numbered<string>();
  const tests: ListedTest[] = [];
  const details: TestDetail[] = [];
  const add = (test: ListedTest, detail: TestDetail) => {
    tests.push(test);
    details.push(detail);
  };
  const addOutside = (file: string, errors: readonly SerializedError[]) => {
    if (errors.length === 0) return;
    const test: ListedTest = {
      file,
      names: ['errors outside of any test'],
      state: 'failed',
      milliseconds: 0,
      outside: true,
    };
    add(test, { labs: 0, attempts: [{ ...NOTHING, errors: errors.map((error) => toError(error, places)) }] });
  };
  addOutside('The run itself', unhandled);
  for (const module of [...modules].sort(byFile)) {
    const file = fileOf(module);
    addOutside(file, [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())]);
    for (const test of module.children.allTests()) add(listed(file, test, places), detailOf(test, places, drawings));
  }
  return { tests, details, drawings: drawings.all, labs: details.reduce((sum, { labs }) => sum + labs, 0) };
}

const NOTHING: AttemptDetail = { state: 'failed', milliseconds: 0, errors: [], assertions: [], links: [] };

/** `specs/a.spec.ts`, with the project where there are several, and with the run where several are merged. */
export function fileOf(module: TestModule): string {
  return withLabel(labelOf(module.meta()), moduleKey(module));
}

/** The order in which files ran is the machine's, and that of a merged report's shards: it says nothing. */
function byFile(one: TestModule, other: TestModule): number {
  const [a, b] = [fileOf(one), fileOf(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function listed(file: string, test: TestCase, { stabilityOf, cells }: Places): ListedTest {
  const names = [test.name];
  for (let suite = test.parent; suite.type === 'suite'; suite = suite.parent) names.unshift(suite.name);
  const cell = cells?.cellOf(test);
  const stability = stabilityOf(test).map(([kernel, outcomes]) => ({ kernel, outcomes }));
  return {
    file,
    names,
    state: stateOf(test),
    milliseconds: test.diagnostic()?.duration ?? 0,
    ...(test.diagnostic()?.flaky ? { flaky: true } : {}),
    ...(cell ? { cell } : {}),
    ...(stability.length > 0 ? { stability } : {}),
  };
}

/** A test that the run did not come to has neither passed nor failed. */
function stateOf(test: TestCase): TestState {
  const { state } = test.result();
  return state === 'pending' ? 'skipped' : state;
}

function detailOf(test: TestCase, places: Places, drawings: Numbered<string>): TestDetail {
  const { labs = 0, attempts: told = [] } = test.meta().hairpin ?? {};
  const note = noteOf(test);
  const { startTime: began = 0, duration = 0 } = test.diagnostic() ?? {};
  const attempts = test.attempts();
  // A test that was skipped has none, and errors of hooks belong to none.
  const only = { state: stateOf(test), errors: test.result().errors, startTime: began, duration };
  return {
    labs,
    ...(note ? { note } : {}),
    attempts: (attempts.length > 1 ? attempts : [only]).map(({ state, errors, startTime, duration }, number) => ({
      state,
      milliseconds: duration,
      errors: (errors ?? []).map((error) => toError(error, places)),
      ...toldBy(test, told[number] ?? {}, { since: startTime - began, places, drawings }),
    })),
  };
}

/** What the matchers said of an attempt, that began so many milliseconds after the test. */
function toldBy(
  test: TestCase,
  { assertions = [], network, failure, evidence }: AttemptMeta,
  { since, places, drawings }: { since: number; places: Places; drawings: Numbered<string> },
): Omit<AttemptDetail, 'state' | 'milliseconds' | 'errors'> {
  const drawn = failure?.network ?? network;
  const svg =
    drawn && drawn.namespaces.length > 0
      ? topologySvg(drawn, { ...(failure ? marksOf(failure.paths) : {}), styled: false })
      : undefined;
  return {
    assertions: assertions.map((assertion) => ({ ...assertion, ended: assertion.ended - since })),
    ...(svg ? { drawing: drawings.numberOf(svg, () => svg) } : {}),
    ...(failure ? { failure: { question: failure.question, paths: failure.paths, frames: failure.frames } } : {}),
    links: linksOf(test, evidence, places),
  };
}

function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  if (result.state === 'pending') return 'the run ended before it';
  if (result.state === 'skipped') return result.note ? `skipped: ${result.note}` : undefined;
  if (test.options.fails && result.state === 'passed') return 'failed, as it is to';
  const { retryCount = 0 } = test.diagnostic() ?? {};
  const states = test.attempts().map(({ state }) => state);
  const failed = states.filter((state) => state === 'failed').length;
  if (retryCount === 0)
    return states.length > 1 && failed > 0 ? `failed in ${failed} of ${states.length} rounds` : undefined;
  return `${result.state} after ${retryCount} ${retryCount === 1 ? 'retry' : 'retries'}`;
}

function toError(error: SerializedError, { root }: Places): ShownError {
  const { diff, stacks = [] } = error;
  // An assertion that nobody waited for fails in vitest's own files, which say nothing to the reader.
  const frame = stacks.find(({ file }) => !file.includes('/node_modules/')) ?? stacks[0];
  const at = frame && relative(root, frame.file);
  // A blob may name any file of this machine, and a report may be published.
  const isInside = at !== undefined && !at.startsWith('..') && !isAbsolute(at);
  const source = frame && isInside ? sourceLines(frame.file, frame.line) : undefined;
  return {
    message: stripVTControlCharacters([error, ...causesOf(error)].map(messageOf).join('\nCaused by: ')),
    ...(diff ? { diff: stripVTControlCharacters(String(diff)) } : {}),
    ...(frame ? { at: `${at}:${frame.line}:${frame.column}` } : {}),
    ...(source ? { source } : {}),
  };
}

function causesOf({ cause }: SerializedError): SerializedError[] {
  return cause ? [cause, ...causesOf(cause)] : [];
}

/** Whatever was thrown, an object without a message too. */
function messageOf(error: SerializedError): string {
  if (error.message) return error.message;
  const { stack, stacks, name, message, ...rest } = error;
  return Object.keys(rest).length > 0 ? `thrown: ${JSON.stringify(rest)}` : (name ?? 'an error without a message');
}

/** Only to files that are there: the blobs of a merged report may come from another machine. */
function linksOf(
  { project }: TestCase,
  evidence: AttemptMeta['evidence'],
  { root, page }: Places,
): AttemptDetail['links'] {
  if (!evidence) return [];
  const results = project.getProvidedContext().hairpin?.results ?? join(root, 'test-results');
  return evidence.files
    .map((name) => ({ name, path: join(results, evidence.folder, name) }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => ({ name, href: relative(page, path).split(sep).map(encodeURIComponent).join('/') }));
}
