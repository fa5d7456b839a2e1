import { join, relative } from 'node:path';
import { inject, type TestContext } from 'vitest';
import type { Lab } from '../lab/index.ts';
import { type EvidenceFile, type FailedQuestion, removeEvidence, writeEvidence } from '../report/evidence.ts';
import { DEFAULT_TRACE_MODE, type TraceMode } from '../report/trace-mode.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What `hairpin()` of the config says to its workers. */
    hairpin: { trace: TraceMode; results: string };
  }
}

type Task = TestContext['task'];

const kept = new WeakSet<Task>();

/**
 * Keeps the evidence of a test's first failed assertion, while its network is still as it was, and attaches it by
 * vitest's annotations.
 *
 * @returns the line of the failure's message that names the files; undefined where none are kept
 */
export async function keepEvidence(task: Task, lab: Lab, failed: FailedQuestion): Promise<string | undefined> {
  if (traceMode() === 'off' || kept.has(task)) return undefined;
  kept.add(task);
  const files = writeEvidence(lab, folderOf(task), failed);
  for (const { name, path, contentType } of files) await task.context.annotate(name, 'evidence', { path, contentType });
  return describeFiles(files);
}

/** What is done with the evidence when the test has ended; for the fixture that owns the lab. */
export function settleEvidence(task: Task, lab: Lab): void {
  const mode = traceMode();
  if (mode === 'off') return;
  const failed = task.result?.state === 'fail';
  // A test that failed otherwise than by a question (an exception, another matcher) has its network kept, too.
  if ((failed || mode === 'on') && !kept.has(task)) writeEvidence(lab, folderOf(task));
  if (!failed && mode !== 'on') removeEvidence(folderOf(task));
}

function traceMode(): TraceMode {
  // Without the plugin nothing is provided.
  return inject('hairpin')?.trace ?? DEFAULT_TRACE_MODE;
}

function resultsFolder(): string {
  return inject('hairpin')?.results ?? join(process.cwd(), 'test-results');
}

/** `test-results/article-vepa.spec.ts-ns2-does-not-reach-ns1`: the file's and the test's names, as a file name. */
function folderOf({ file, fullTestName }: Task): string {
  const name = `${file.name} ${fullTestName}`.replaceAll(/[^\p{L}\p{N}.]+/gu, '-').slice(0, 180);
  return join(resultsFolder(), name.replaceAll(/^-|-$/g, ''));
}

function describeFiles(files: readonly EvidenceFile[]): string {
  const named = (wanted: string) => files.find(({ name }) => name === wanted)?.path;
  const [capture, script] = ['lab.pcapng', 'lab.sh'].map((name) => {
    const path = named(name);
    return path && relative(process.cwd(), path);
  });
  return [...(capture ? [`Capture: ${capture}`] : []), `Reproduce: ${script}`].join('   ');
}
