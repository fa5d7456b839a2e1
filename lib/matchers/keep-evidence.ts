import { join, relative } from 'node:path';
import { now } from '../kernel/clock.ts';
import type { Lab } from '../lab/index.ts';
import { type EvidenceFile, type FailedQuestion, removeEvidence, writeEvidence } from '../report/evidence.ts';
import { failureMeta } from '../report/failure-meta.ts';
import { readDrawn } from '../report/lab-state.ts';
import { topologyOf } from '../report/topology.ts';
import { tellBeside, warn } from '../report/warn.ts';
import { whyNotKept } from '../report/why-not-kept.ts';
import { type Attempt, attemptOf, isOver, type Task, tell, toldOf } from './attempt.ts';
import { evidencePlace, isPlugged, ownResults, traceMode } from './evidence-place.ts';
import { failedAssertionOf } from './failed-assertion.ts';

/** Of the question whose evidence an attempt has. */
interface Kept {
  /** Its number, and those of what failed beside it or after it: `Promise.all` tells of whichever was first. */
  numbers: number[];
  /** When its evidence was complete, by the monotonic clock. */
  ended: number;
  soft: boolean;
}

const kept = new WeakMap<Task, Map<number, Kept>>();

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

/** How a question that failed was asked. */
export interface Asking {
  /** Tells it from others. */
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
 * Keeps the evidence of an attempt's failed question, while its network is still as it was, and attaches it by vitest's
 * annotations. It is the first one's; but one that was asked when the first had failed and was survived (`expect.poll`,
 * `vi.waitFor`, `catch`) takes its place.
 *
 * @returns the line of the failure's message that names the files; undefined where none are kept
 */
export async function keepEvidence(
  attempt: Attempt,
  lab: Lab,
  failed: FailedQuestion,
  { number, started, soft, poll, frames }: Asking,
): Promise<string | undefined> {
  const { task } = attempt;
  const before = keptOf(attempt);
  // What fails because it is to leaves nothing; an answer that comes when its attempt is over decides nothing any more.
  if (task.fails || isOver(attempt)) return undefined;
  if (before && (before.soft || started < before.ended)) {
    before.numbers.push(number);
    return undefined;
  }
  const own: Kept = { numbers: [number], ended: Infinity, soft };
  setKept(attempt, own);
  // What is said of a failure must not stand in for the failure.
  try {
    tell(attempt, { failure: failureMeta(lab, failed) });
    if (!owners.has(lab) && !before) settleAtEnd(attempt);
    // Files, that is: the report draws the failure in any case.
    if (traceMode() === 'off') return undefined;
    const files = keepFiles(attempt, lab, failed);
    // What is polled fails time and again, and an annotation cannot be taken back.
    if (!poll) await attach(attempt, files, frames);
    return describeFiles(files);
  } catch (error) {
    return `Its evidence could not be kept: ${whyNotKept(error)}`;
  } finally {
    own.ended = now();
  }
}

/** What is done with the evidence when the attempt has ended; for the fixture that owns the lab. */
export function settleEvidence(task: Task, lab: Lab): void {
  const attempt = attemptOf(task);
  const mode = traceMode();
  const failed = hasFailed(attempt);
  dropSurvived(attempt);
  if (mode !== 'off') settleFiles(attempt, lab, { failed, keepAll: mode === 'on' });
  if (!toldOf(attempt).failure) tellNetwork(attempt, lab);
}

function settleFiles(attempt: Attempt, lab: Lab, { failed, keepAll }: { failed: boolean; keepAll: boolean }): void {
  try {
    // A test that failed otherwise than by a question (an exception, another matcher) has its network kept, too.
    if ((failed || keepAll) && !keptOf(attempt)) {
      const files = keepFiles(attempt, lab);
      // vitest takes no annotations any more; what is logged it shows beside the test's name.
      if (failed) tellBeside(describeFiles(files));
    }
    if (!failed && !keepAll) forget(attempt);
    removeLater(attempt);
  } catch (error) {
    warn(`the evidence of "${attempt.task.fullTestName}" could not be kept: ${whyNotKept(error)}`);
  }
}

/** Takes away what an earlier run has left of an attempt, before it has anything of its own. */
export function forgetEarlierRun(attempt: Attempt): void {
  if (traceMode() === 'off' || keptOf(attempt) || isOver(attempt)) return;
  forget(attempt);
  removeLater(attempt);
}

/** An earlier run may have had more attempts. */
function removeLater({ task, number }: Attempt): void {
  for (let later = number + 1; forget({ task, number: later }); later++);
}

/** What an earlier run has left need not be ours to take away: that fails no test. */
function forget(attempt: Attempt): boolean {
  try {
    return removeEvidence(evidencePlace(attempt));
  } catch (error) {
    // The plugin has said so at the start of the run.
    if (!isPlugged()) warnOnce(`what an earlier run has left cannot be taken away: ${whyNotKept(error)}`);
    return false;
  }
}

let warned = false;

function warnOnce(sentence: string): void {
  if (!warned) warn(sentence);
  warned = true;
}

/** For labs that the test made itself, whose end nobody here hears of. */
function settleAtEnd(attempt: Attempt): void {
  attempt.task.context.onTestFinished(() => {
    dropSurvived(attempt);
    if (!keptOf(attempt) && traceMode() !== 'off') forget(attempt);
  });
}

/** A failed question that the test survived must not stand for what it failed by, or for a failure that there is none. */
function dropSurvived(attempt: Attempt): void {
  const question = keptOf(attempt);
  if (!question || (hasFailed(attempt) && (question.soft || isReported(attempt, question.numbers)))) return;
  setKept(attempt, undefined);
  const { failure, evidence, ...rest } = toldOf(attempt);
  const { hairpin } = attempt.task.meta;
  if (hairpin?.attempts) hairpin.attempts[attempt.number] = rest;
}

/** What fails because it is to is no failure. */
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
    tell(attempt, { network: topologyOf(readDrawn(lab)) });
  } catch {
    // A test may have ended its lab itself; a drawing less is no reason to fail it.
  }
}

function keepFiles(attempt: Attempt, lab: Lab, failed?: FailedQuestion): EvidenceFile[] {
  const place = evidencePlace(attempt);
  const files = writeEvidence(lab, place, failed);
  const folder = relative(ownResults(), join(place.folder, place.name));
  tell(attempt, { evidence: { folder, files: files.map(({ name }) => name) } });
  return files;
}

async function attach({ task }: Attempt, files: readonly EvidenceFile[], frames: string): Promise<void> {
  try {
    for (const { path, contentType } of files)
      await calledFrom(frames, () =>
        task.context.annotate(relative(process.cwd(), path), 'evidence', { path, contentType }),
      );
  } catch (error) {
    // They are there nevertheless, and the message names them.
    warn(`vitest could not attach the evidence of "${task.fullTestName}": ${error}`);
  }
}

/**
 * Annotations are at the line of the stack that they are made in (`recordArtifact`), and the GitHub Actions reporter
 * leaves out those without one. Behind the wait for an answer the stack does not have the spec's line any more.
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

function describeFiles(files: readonly EvidenceFile[]): string {
  const named = (wanted: string) => files.find(({ name }) => name === wanted)?.path;
  const [capture, script] = ['lab.pcapng', 'lab.sh'].map((name) => {
    const path = named(name);
    return path && relative(process.cwd(), path);
  });
  return [...(capture ? [`Capture: ${capture}`] : []), `Reproduce: ${script}`].join('   ');
}
