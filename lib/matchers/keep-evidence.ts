import { join, relative } from 'node:path';
import { inject, type TestContext } from 'vitest';
import { now } from '../kernel/clock.ts';
import type { Lab } from '../lab/index.ts';
import { type EvidenceFile, type FailedQuestion, removeEvidence, writeEvidence } from '../report/evidence.ts';
import { evidenceFolder } from '../report/evidence-folder.ts';
import { failureMeta } from '../report/failure-meta.ts';
import type { LabMeta } from '../report/lab-meta.ts';
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

const kept = new WeakSet<Task>();

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
  const assertions = task.meta.hairpin?.assertions ?? [];
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
 * Keeps the evidence of a test's first failed assertion, while its network is still as it was, and attaches it by
 * vitest's annotations.
 *
 * @returns the line of the failure's message that names the files; undefined where none are kept
 */
export async function keepEvidence(task: Task, lab: Lab, failed: FailedQuestion): Promise<string | undefined> {
  if (traceMode() === 'off' || kept.has(task)) return undefined;
  kept.add(task);
  tell(task, { failure: failureMeta(lab, failed) });
  // What is said of a failure must not stand in for the failure.
  try {
    const files = keepFiles(task, lab, failed);
    for (const { name, path, contentType } of files)
      await task.context.annotate(name, 'evidence', { path, contentType });
    return describeFiles(files);
  } catch (error) {
    return `Its evidence could not be kept: ${error instanceof Error ? error.message : error}`;
  }
}

/** What a failed attempt has left is no evidence of the next (vitest's `retry`); for the fixture that makes the lab. */
export function forgetAttempt(task: Task): void {
  if (!task.result?.retryCount) return;
  kept.delete(task);
  const { labs = 0, milliseconds = 0 } = task.meta.hairpin ?? {};
  task.meta.hairpin = { labs, milliseconds };
}

/** What is done with the evidence when the test has ended; for the fixture that owns the lab. */
export function settleEvidence(task: Task, lab: Lab): void {
  const mode = traceMode();
  if (mode === 'off') return;
  const { state, errors = [], retryCount = 0 } = task.result ?? {};
  // A failure among repeats fails the test, before a retry it does not; what fails because it is to is none.
  const failed = !task.fails && (state === 'fail' || (errors.length > 0 && retryCount === 0));
  try {
    // A test that failed otherwise than by a question (an exception, another matcher) has its network kept, too.
    if ((failed || mode === 'on') && !kept.has(task)) keepFiles(task, lab);
    if (!failed && mode !== 'on') removeEvidence(folderOf(task));
  } catch (error) {
    process.stderr.write(`hairpin: the evidence of "${task.fullTestName}" could not be kept: ${error}\n`);
  }
  if (!task.meta.hairpin?.failure) tellNetwork(task, lab);
}

function tellNetwork(task: Task, lab: Lab): void {
  try {
    tell(task, { network: takeNetwork(lab) });
  } catch {
    // A test may have ended its lab itself; a drawing less is no reason to fail it.
  }
}

function keepFiles(task: Task, lab: Lab, failed?: FailedQuestion): EvidenceFile[] {
  const folder = folderOf(task);
  const files = writeEvidence(lab, folder, failed);
  tell(task, { evidence: { folder: relative(resultsFolder(), folder), files: files.map(({ name }) => name) } });
  return files;
}

function tell(task: Task, news: Partial<LabMeta>): void {
  task.meta.hairpin = { labs: 0, milliseconds: 0, ...task.meta.hairpin, ...news };
}

function traceMode(): TraceMode {
  // Without the plugin nothing is provided.
  return inject('hairpin')?.trace ?? DEFAULT_TRACE_MODE;
}

function resultsFolder(): string {
  return inject('hairpin')?.results ?? join(process.cwd(), 'test-results');
}

/** `test-results/vepa.spec.ts-fails`: a folder that no other test has, on another kernel beside that run's console. */
function folderOf(task: Task): string {
  const machine = inject('hairpin')?.machine ?? '';
  const { file, fullTestName } = task;
  const name = evidenceFolder({
    label: labelOf(file.meta),
    project: withoutMachine(file.projectName ?? '', machine),
    file: file.name,
    test: fullTestName,
    number: 1 + namesakes(file.tasks, fullTestName).findIndex(({ id }) => id === task.id),
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
