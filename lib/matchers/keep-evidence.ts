import { join, relative } from 'node:path';
import { now } from '../kernel/clock.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Lab } from '../lab/index.ts';
import { topologyOf } from '../report/drawing/topology.ts';
import { type EvidenceFile, removeEvidence, type ToldFailure, writeEvidence } from '../report/failure/evidence.ts';
import { type FailedQuestion, failureMeta } from '../report/failure/failure-meta.ts';
import { filesLine } from '../report/failure/failure-text.ts';
import { whyNotKept } from '../report/failure/why-not-kept.ts';
import type { FailedTest } from '../report/lab-meta.ts';
import { readDrawn } from '../report/lab-state.ts';
import { logBesideTest, warn } from '../report/warn.ts';
import { type Attempt, addMeta, attemptOf, isOver, metaOf, type Task } from './attempt.ts';
import { evidencePlace, isPlugged, ownResults, traceMode } from './evidence-place.ts';
import { failedAssertionOf } from './failed-assertion.ts';
import { ownerOf } from './lab-owner.ts';

/** The question whose evidence an attempt has. */
interface Kept {
  /**
   * Numbers of this question and of later failures. `Promise.all` reports only the first, so any of them may be the test's
   * error.
   */
  numbers: number[];
  /** When its evidence was complete, by the monotonic clock. */
  ended: number;
  soft: boolean;
}

const kept = new WeakMap<Task, Map<number, Kept>>();

/** How a question that failed was asked. */
export interface Asking {
  /** Identifies the question. */
  number: number;
  /** When, by the monotonic clock. */
  started: number;
  soft: boolean;
  /** By `expect.poll`, which asks again. */
  poll: boolean;
  /** The stack of the spec's line. */
  frames: string;
}

/**
 * Keeps the evidence of a failed question while its network is still as it was. Attaches the files as vitest's
 * annotations. An attempt keeps the evidence of its first failure. If the test survives that failure (`expect.poll`,
 * `vi.waitFor`, `catch`), the next failure replaces it.
 *
 * @returns the line of the message that names the files; undefined if none are kept
 */
export async function keepEvidence(
  attempt: Attempt,
  lab: Lab,
  failed: FailedQuestion,
  { number, started, soft, poll, frames }: Asking,
): Promise<string | undefined> {
  const { task } = attempt;
  const before = keptOf(attempt);
  // A `test.fails` test is expected to fail. An answer after the end of its attempt decides nothing any more.
  if (task.fails || isOver(attempt)) return undefined;
  if (before && (before.soft || started < before.ended)) {
    before.numbers.push(number);
    return undefined;
  }
  const own: Kept = { numbers: [number], ended: Infinity, soft };
  setKept(attempt, own);
  // An error in the report must not replace the failure itself.
  try {
    const failure = failureMeta(lab, failed);
    addMeta(attempt, { failure });
    if (!ownerOf(lab) && !before) settleAtEnd(attempt);
    // 'off' concerns the files: the report draws the failure in any case.
    if (traceMode() === 'off') return undefined;
    const files = keepFiles(attempt, lab, { ...failed, meta: failure, test: testOf(attempt) });
    // A polled assertion fails many times, and an annotation cannot be taken back.
    if (!poll) await attach(attempt, files, frames);
    return describeFiles(attempt, files);
  } catch (error) {
    return `Its evidence could not be kept: ${whyNotKept(error)}`;
  } finally {
    own.ended = now();
  }
}

/** Keeps or removes the evidence when the attempt has ended; for the fixture that owns the lab. */
export function settleEvidence(task: Task, lab: Lab): void {
  const attempt = attemptOf(task);
  const mode = traceMode();
  // A program that failed, or a daemon that has ended, fails the test at the end of its lab, which is yet to come.
  const failed = hasFailed(attempt) || (!task.fails && engineOf(lab).programs.failed.length > 0);
  dropSurvived(attempt);
  if (mode !== 'off') settleFiles(attempt, lab, { failed, keepAll: mode === 'on' });
  if (!metaOf(attempt).failure) tellNetwork(attempt, lab);
}

function settleFiles(attempt: Attempt, lab: Lab, { failed, keepAll }: { failed: boolean; keepAll: boolean }): void {
  try {
    // A test that failed by an exception or by another matcher has its network kept, too.
    if ((failed || keepAll) && !keptOf(attempt)) {
      const files = keepFiles(attempt, lab);
      // vitest takes no annotations any more, but shows logged lines beside the test's name.
      if (failed) logBesideTest(describeFiles(attempt, files));
    }
    if (!failed && !keepAll) forget(attempt);
    removeLater(attempt);
  } catch (error) {
    warn(`the evidence of "${attempt.task.fullTestName}" could not be kept: ${whyNotKept(error)}`);
  }
}

/** Removes the files of an earlier run before the attempt writes its own. */
export function forgetEarlierRun(attempt: Attempt): void {
  if (traceMode() === 'off' || keptOf(attempt) || isOver(attempt)) return;
  forget(attempt);
  removeLater(attempt);
}

/** An earlier run may have had more attempts. */
function removeLater({ task, number }: Attempt): void {
  for (let later = number + 1; forget({ task, number: later }); later++);
}

/** The files of an earlier run may belong to someone else: failing to remove them fails no test. */
function forget(attempt: Attempt): boolean {
  try {
    return removeEvidence(evidencePlace(attempt));
  } catch (error) {
    // The plugin has said so at the start of the run.
    if (!isPlugged()) warnOnce(`the files of an earlier run cannot be removed: ${whyNotKept(error)}`);
    return false;
  }
}

let warned = false;

function warnOnce(sentence: string): void {
  if (!warned) warn(sentence);
  warned = true;
}

/** For labs that the test made itself: no fixture settles their evidence. */
function settleAtEnd(attempt: Attempt): void {
  attempt.task.context.onTestFinished(() => {
    dropSurvived(attempt);
    if (!keptOf(attempt) && traceMode() !== 'off') forget(attempt);
  });
}

/** Drop the evidence of a question whose failure the test caught. */
function dropSurvived(attempt: Attempt): void {
  const question = keptOf(attempt);
  if (!question || (hasFailed(attempt) && (question.soft || isReported(attempt, question.numbers)))) return;
  setKept(attempt, undefined);
  const { failure, evidence, ...rest } = metaOf(attempt);
  const { hairpin } = attempt.task.meta;
  if (hairpin?.attempts) hairpin.attempts[attempt.number] = rest;
}

/** A `test.fails` test is expected to fail. */
function hasFailed({ task }: Attempt): boolean {
  return !task.fails && task.result?.state === 'fail';
}

/** Whether one of these failures is among the test's errors, by itself or as a cause (`expect.poll`). */
function isReported({ task }: Attempt, numbers: readonly number[]): boolean {
  return (task.result?.errors ?? []).some((error) => {
    const failed = failedAssertionOf(error);
    return failed !== undefined && numbers.includes(failed.number);
  });
}

function keptOf({ task, number }: Attempt): Kept | undefined {
  return kept.get(task)?.get(number);
}

function setKept({ task, number }: Attempt, question: Kept | undefined): void {
  const all = kept.get(task) ?? new Map<number, Kept>();
  kept.set(task, all);
  if (question) all.set(number, question);
  else all.delete(number);
}

function tellNetwork(attempt: Attempt, lab: Lab): void {
  try {
    addMeta(attempt, { network: topologyOf(readDrawn(lab)) });
  } catch {
    // The test may have closed its lab itself. A missing drawing is no reason to fail it.
  }
}

function keepFiles(attempt: Attempt, lab: Lab, failed?: FailedQuestion & ToldFailure): EvidenceFile[] {
  const place = evidencePlace(attempt);
  const files = writeEvidence(lab, place, failed);
  const folder = relative(ownResults(), join(place.folder, place.name));
  addMeta(attempt, { evidence: { folder, files: files.map(({ name }) => name) } });
  return files;
}

async function attach({ task }: Attempt, files: readonly EvidenceFile[], frames: string): Promise<void> {
  try {
    for (const { path, contentType } of files)
      await calledFrom(frames, () =>
        task.context.annotate(relative(process.cwd(), path), 'evidence', { path, contentType }),
      );
  } catch (error) {
    // Of several at once (`Promise.all`) the first has ended the test, and vitest takes no more.
    if (task.result?.state === 'fail') return;
    // The files exist nevertheless, and the message names them.
    warn(`vitest could not attach the evidence of "${task.fullTestName}": ${error}`);
  }
}

/**
 * vitest takes the line of an annotation from the stack (`recordArtifact`), and the GitHub Actions reporter leaves out
 * annotations without a line. After the wait for an answer the stack no longer has the spec's line.
 */
function calledFrom<T>(frames: string, call: () => T): T {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = ({ name, message }) => `${name}: ${message}\n${frames}`;
  try {
    return call();
  } finally {
    if (prepareStackTrace) Error.prepareStackTrace = prepareStackTrace;
    else Reflect.deleteProperty(Error, 'prepareStackTrace');
  }
}

function describeFiles(attempt: Attempt, files: readonly EvidenceFile[]): string {
  const { folder, name } = evidencePlace(attempt);
  return filesLine(
    join(folder, name),
    files.map((file) => file.name),
  );
}

function testOf({ task, number }: Attempt): FailedTest {
  const { file, fullTestName } = task;
  const project = file.projectName ? { project: file.projectName } : {};
  return { file: file.name, name: fullTestName, attempt: number + 1, ...project };
}
