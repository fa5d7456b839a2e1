import { join, relative } from 'node:path';
import { inject, type TestContext } from 'vitest';
import { now } from '../kernel/clock.ts';
import type { Lab } from '../lab/index.ts';
import { type EvidenceFile, type FailedQuestion, removeEvidence, writeEvidence } from '../report/evidence.ts';
import { evidenceFolder } from '../report/evidence-folder.ts';
import { failureMeta } from '../report/failure-meta.ts';
import type { AttemptMeta } from '../report/lab-meta.ts';
import { labelOf } from '../report/run-label.ts';
import { takeNetwork } from '../report/take-network.ts';
import { DEFAULT_TRACE_MODE, type TraceMode } from '../report/trace-mode.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What `hairpin()` of the config says to its workers. */
    hairpin: { trace: TraceMode; results: string; durations: string; machine?: string };
  }
}

type Task = TestContext['task'];

/** The attempts of a test whose evidence is kept. */
const kept = new WeakMap<Task, Set<number>>();

/** Whose lab it is. vitest's own idea of the running test is wrong for `test.concurrent` with the global `expect`. */
const owners = new WeakMap<Lab, Task>();

/** Says which test a lab is of; for the fixture that makes it. */
export function ownLab(lab: Lab, task: Task): void {
  owners.set(lab, task);
}

/** The test that a lab was made for, if by the fixture. */
export function ownerOf(lab: Lab | undefined): Task | undefined {
  return lab && owners.get(lab);
}

/** What a monotonic clock's zero is as a date: a spec's fake timers, which come later, do not move it. */
const EPOCH = Date.now() - now();

/** Tells the report of an assertion that has just ended. */
export function noteAssertion(task: Task, assertion: { title: string; passed: boolean; started?: number }): void {
  const { title, passed, started } = assertion;
  const ended = now();
  const { assertions = [] } = toldOf(task);
  tell(task, {
    assertions: [
      ...assertions,
      {
        title,
        passed,
        ended: EPOCH + ended - (task.result?.startTime ?? EPOCH + ended),
        ...(started === undefined ? {} : { took: ended - started }),
      },
    ],
  });
}

/**
 * Keeps the evidence of an attempt's first failed assertion, while its network is still as it was, and attaches it by
 * vitest's annotations.
 *
 * @returns the line of the failure's message that names the files; undefined where none are kept
 */
export async function keepEvidence(task: Task, lab: Lab, failed: FailedQuestion): Promise<string | undefined> {
  if (traceMode() === 'off' || isKept(task)) return undefined;
  kept.set(task, (kept.get(task) ?? new Set()).add(attemptOf(task)));
  tell(task, { failure: failureMeta(lab, failed) });
  // What is said of a failure must not stand in for the failure.
  try {
    const files = keepFiles(task, lab, failed);
    for (const { path, contentType } of files)
      await task.context.annotate(relative(process.cwd(), path), 'evidence', { path, contentType });
    return describeFiles(files);
  } catch (error) {
    return `Its evidence could not be kept: ${error instanceof Error ? error.message : error}`;
  }
}

/** What is done with the evidence when the attempt has ended; for the fixture that owns the lab. */
export function settleEvidence(task: Task, lab: Lab): void {
  const mode = traceMode();
  if (mode === 'off') return;
  // What fails because it is to is no failure.
  const failed = !task.fails && task.result?.state === 'fail';
  try {
    // A test that failed otherwise than by a question (an exception, another matcher) has its network kept, too.
    if ((failed || mode === 'on') && !isKept(task)) {
      const files = keepFiles(task, lab);
      // vitest takes no annotations any more; what is logged it shows beside the test's name.
      if (failed) console.log(describeFiles(files));
    }
    removeStale(task, { own: !failed && mode !== 'on' });
  } catch (error) {
    process.stderr.write(`hairpin: the evidence of "${task.fullTestName}" could not be kept: ${error}\n`);
  }
  if (!toldOf(task).failure) tellNetwork(task, lab);
}

/** An earlier run may have had more attempts, and failed in this one. */
function removeStale(task: Task, { own }: { own: boolean }): void {
  const number = attemptOf(task);
  if (own) removeEvidence(folderOf(task, number));
  for (let later = number + 1; removeEvidence(folderOf(task, later)); later++);
}

function isKept(task: Task): boolean {
  return kept.get(task)?.has(attemptOf(task)) ?? false;
}

/** How often the test has been tried before, by `retry` and `repeats`. */
function attemptOf({ result }: Task): number {
  return (result?.retryCount ?? 0) + (result?.repeatCount ?? 0);
}

function tellNetwork(task: Task, lab: Lab): void {
  try {
    tell(task, { network: takeNetwork(lab) });
  } catch {
    // A test may have ended its lab itself; a drawing less is no reason to fail it.
  }
}

function keepFiles(task: Task, lab: Lab, failed?: FailedQuestion): EvidenceFile[] {
  const folder = folderOf(task, attemptOf(task));
  const files = writeEvidence(lab, folder, failed);
  tell(task, { evidence: { folder: relative(resultsFolder(), folder), files: files.map(({ name }) => name) } });
  return files;
}

function tell(task: Task, news: AttemptMeta): void {
  const { labs = 0, milliseconds = 0, attempts = [] } = task.meta.hairpin ?? {};
  const all = [...attempts];
  // One without a question has told nothing.
  for (let number = all.length; number <= attemptOf(task); number++) all.push({});
  all[attemptOf(task)] = { ...toldOf(task), ...news };
  task.meta.hairpin = { labs, milliseconds, attempts: all };
}

function toldOf(task: Task): AttemptMeta {
  return task.meta.hairpin?.attempts?.[attemptOf(task)] ?? {};
}

function traceMode(): TraceMode {
  // Without the plugin nothing is provided.
  return inject('hairpin')?.trace ?? DEFAULT_TRACE_MODE;
}

function resultsFolder(): string {
  return inject('hairpin')?.results ?? join(process.cwd(), 'test-results');
}

/**
 * `test-results/vepa.spec.ts-fails`: a folder that no other test has, on another kernel beside that run's console; the
 * second attempt's has `-attempt2` behind it.
 */
function folderOf(task: Task, attempt: number): string {
  const machine = inject('hairpin')?.machine ?? '';
  const { file, fullTestName } = task;
  const name = evidenceFolder({
    label: labelOf(file.meta),
    project: withoutMachine(file.projectName ?? '', machine),
    file: file.name,
    test: fullTestName,
    number: 1 + namesakes(file.tasks, fullTestName).findIndex(({ id }) => id === task.id),
    attempt: attempt + 1,
  });
  return join(resultsFolder(), machine, name);
}

/** The plugin puts the kernel's name behind the project's. */
function withoutMachine(project: string, machine: string): string {
  return project.endsWith(machine) ? project.slice(0, project.length - machine.length).trimEnd() : project;
}

/** The tests of a name, which vitest lets several have. */
function namesakes(tasks: Task['file']['tasks'], name: string): Task[] {
  return tasks.flatMap((task) =>
    task.type === 'suite' ? namesakes(task.tasks, name) : task.fullTestName === name ? [task] : [],
  );
}

function describeFiles(files: readonly EvidenceFile[]): string {
  const named = (wanted: string) => files.find(({ name }) => name === wanted)?.path;
  const [capture, script] = ['lab.pcapng', 'lab.sh'].map((name) => {
    const path = named(name);
    return path && relative(process.cwd(), path);
  });
  return [...(capture ? [`Capture: ${capture}`] : []), `Reproduce: ${script}`].join('   ');
}
