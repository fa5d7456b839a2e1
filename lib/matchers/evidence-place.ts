import { inject } from 'vitest';
import type { EvidencePlace } from '../report/failure/evidence.ts';
import { evidenceFolder } from '../report/failure/evidence-folder.ts';
import { DEFAULT_TRACE_MODE, type Diagnose, type TraceMode } from '../report/failure/failure-modes.ts';
import { placeIn, resultsFolder } from '../report/results.ts';
import { labelOf } from '../report/runs/run-label.ts';
import type { Attempt, Task } from './attempt.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What `hairpin()` of the config says to its workers; `if-asked` is of `hairpin mutate`. */
    hairpin: {
      trace: TraceMode;
      diagnose: Diagnose | 'if-asked';
      results: string;
      durations: string;
      machine?: string;
    };
  }
}

export function traceMode(): TraceMode {
  // Without the plugin nothing is provided.
  return inject('hairpin')?.trace ?? DEFAULT_TRACE_MODE;
}

/**
 * Whether a failure must not send anything more into the network.
 *
 * @param isCauseAsked the spec asks for the cause (`droppedBy`), and only one more probe may tell it
 */
export function isPassive(isCauseAsked = false): boolean {
  const diagnose = inject('hairpin')?.diagnose;
  return diagnose === 'passive' || (diagnose === 'if-asked' && !isCauseAsked);
}

/** Whether the plugin is there, which looks at the folder of results before a run. */
export function isPlugged(): boolean {
  return inject('hairpin') !== undefined;
}

/** The folder of results of this run. */
export function ownResults(): string {
  return inject('hairpin')?.results ?? resultsFolder(process.cwd());
}

/**
 * `test-results/vepa.spec.ts-fails`: a folder that no other test has, on another kernel beside that run's console; the
 * second attempt's has `-attempt2` behind it.
 */
export function evidencePlace({ task, number }: Attempt): EvidencePlace {
  const machine = inject('hairpin')?.machine ?? '';
  const { file, fullTestName } = task;
  const name = evidenceFolder({
    label: labelOf(file.meta),
    project: withoutMachine(file.projectName ?? '', machine),
    file: file.name,
    test: fullTestName,
    number: 1 + namesakes(file.tasks, fullTestName).findIndex(({ id }) => id === task.id),
    attempt: number + 1,
  });
  return { folder: machine ? placeIn(ownResults(), machine) : ownResults(), name };
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
