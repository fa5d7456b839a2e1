import { runningTests } from '../report/runs/running-tests.ts';
import { lastLines, linesOf, tellingLines } from './console.ts';
import { whichTests } from './describe-reports.ts';
import type { Ending, Engine, MachineRun } from './machine-run.ts';

const ENGINES: Record<Engine, string> = {
  kvm: 'KVM',
  tcg: 'TCG: KVM is not there, or does not work',
  uml: 'User-Mode Linux',
};

/** How a run on a kernel ended, in a line: `Linux … booted in 1.8 s (tcg), …`. */
export function describeRun(run: MachineRun): string {
  const { ending, engine, resumed, snapshotFailed, booted, firstOutput, milliseconds } = run;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  return [
    booted === undefined
      ? 'did not boot'
      : `${resumed === undefined ? 'booted' : 'went on from a snapshot'} in ${seconds(booted)} (${ENGINES[engine]})`,
    ...(snapshotFailed === undefined ? [] : [`snapshot failed: ${snapshotFailed}`]),
    ...(firstOutput === undefined ? [] : [`first line after ${seconds(firstOutput)}`]),
    `${ending.kind === 'ended' ? `ended with ${ending.exitCode}` : ending.kind} after ${seconds(milliseconds)}`,
  ].join(', ');
}

/** What went wrong, with the last that the guest said; undefined when its command ended by itself. */
export function describeFailure(run: Pick<MachineRun, 'ending' | 'console' | 'output'>): string | undefined {
  const sentence = describeEnding(run);
  if (sentence === undefined) return undefined;
  const sections = [
    ['The last of its console:', tellingLines(run.console)],
    ['The last of its output:', lastLines(run.output, 10)],
  ] as const;
  return [
    sentence,
    ...sections.flatMap(([title, lines]) => (lines.length > 0 ? ['', title, ...lines.map((line) => `  ${line}`)] : [])),
  ].join('\n');
}

/** What went wrong, and in which test; undefined when its command ended by itself. */
export function describeEnding({ ending, console }: Pick<MachineRun, 'ending' | 'console'>): string | undefined {
  const sentence = sentenceOf(ending);
  // Without tests the kernel did not come so far, or it ran no specs.
  return sentence && [sentence, ...(whichTests(runningTests(linesOf(console))) ?? [])].join('\n');
}

function sentenceOf(ending: Ending): string | undefined {
  switch (ending.kind) {
    case 'ended':
    case 'left':
      return undefined;
    case 'panic':
      return `the kernel panicked: ${ending.line}`;
    case 'no boot':
      return `the kernel did not boot within ${ending.milliseconds / 1000} s`;
    case 'time-out':
      return `it had not ended after ${ending.milliseconds / 1000} s`;
    case 'unable':
      return `the guest could not begin: ${ending.reason}`;
    case 'lost':
      return `the machine ended before the command had: ${ending.reason}`;
  }
}
