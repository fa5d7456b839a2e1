import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLab } from '../lib/lab/index.ts';

/** What a contender needed, over all its runs; of whatever unit. */
export interface Summary {
  median: number;
  p95: number;
  p99: number;
  min: number;
  max: number;
  runs: number;
}

/** One line of the table: who, what it took, and what was aimed at. */
export interface Figure {
  /** The heading that it stands under. */
  group: string;
  name: string;
  unit: string;
  summary: Summary;
  /** The line of the group that the others are compared with. */
  isOurs?: boolean;
  /** The line of the group that `--check` divides it by. */
  peer?: string;
  /** `at most 1/5 of ip -batch`, and whether it came to that. */
  target?: { text: string; met: boolean };
  /** How many of its answers were wrong, where a benchmark looks at them. */
  wrong?: number;
}

/** What a benchmark hands to the table: its lines, and what has to be said about how they came about. */
export interface Report {
  title: string;
  notes: readonly string[];
  figures: readonly Figure[];
  /** Rows of words, where what a benchmark compares are no figures. */
  tables?: readonly (readonly string[][])[];
  /** What `--json` has of it besides. */
  data?: unknown;
  /** What a page of docs/ shows of it. */
  markdown?: string;
  /** How many answers were wrong or figures grew, where a benchmark looks at them. */
  wrong?: number;
  /** Its data as an SVG, for `--plot`. */
  plot?: string;
}

export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), min: at(0), max: at(1), runs: sorted.length };
}

export async function timed(step: () => unknown): Promise<number> {
  const started = performance.now();
  await step();
  return performance.now() - started;
}

/** Runs the contenders in turns, A B C A B C, so that whatever the machine does meanwhile hits all of them. */
export async function alternate<Results extends object>(
  runs: number,
  contenders: { [Name in keyof Results]: () => Promise<Results[Name]> },
): Promise<{ [Name in keyof Results]: Results[Name][] }> {
  const names = Object.keys(contenders) as (keyof Results)[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as {
    [Name in keyof Results]: Results[Name][];
  };
  for (let run = 0; run < runs; run++) {
    for (const name of names) {
      await quietKernel();
      results[name].push(await contenders[name]());
    }
  }
  return results;
}

/** Closed namespaces are taken down by a kernel worker, which holds the lock that every link change needs. */
const LOCKED = 1;
const QUIET_FOR = 80;
const QUIET_WITHIN = 5000;

/** Waits until the kernel has taken down the networks of the run before: until its lock has been free for a while. */
export async function quietKernel(): Promise<void> {
  await using lab = createLab();
  const { a } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  const started = performance.now();
  let quietSince = started;
  while (performance.now() - quietSince < QUIET_FOR && performance.now() - started < QUIET_WITHIN) {
    const took = await timed(() => a.set({ mtu: 1500 }));
    if (took > LOCKED) quietSince = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const run = promisify(execFile);

/** What a peer's script printed. */
export interface PeerResult {
  /** Milliseconds by name, of its `measured` lines. */
  times: (name: string) => number[];
  lines: readonly string[];
}

/**
 * The command that runs a script of bash in network, mount, PID and IPC namespaces of its own, which has `/run` to itself.
 * It ends with this process, whatever happens to it, and leaves nothing behind.
 */
export function isolated(script: string, args: readonly string[] = []): [program: string, args: string[]] {
  const own = ['--net', '--mount', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  return [
    'setpriv',
    ['--pdeathsig', 'KILL', '--', 'unshare', ...own, '--', 'bash', pathOf('isolated.sh'), script, ...args],
  ];
}

/** Runs a script of `bench/peers`, isolated. */
export async function peer(script: string, ...args: readonly (string | number)[]): Promise<PeerResult> {
  const { stdout } = await run(...isolated(pathOf(script), args.map(String)), { maxBuffer: 2 ** 24 });
  const lines = stdout.trimEnd().split('\n');
  const times = (name: string) =>
    lines
      .map((line) => line.split(' '))
      .filter(([word, of]) => word === 'measured' && of === name)
      .map(([, , milliseconds]) => Number(milliseconds));
  return { times, lines };
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(`./peers/${script}`, import.meta.url));
}
