import type { Writable } from 'node:stream';
import type { Accelerator } from './accelerator.ts';
import type { GuestTask, Share } from './guest-scripts.ts';
import type { KernelReport } from './kernel-reports.ts';

/** What is to run, and how long it may take. */
export interface MachineTask
  extends Pick<GuestTask, 'command' | 'cwd' | 'env' | 'results' | 'stdout' | 'failOnWarning'> {
  /**
   * Until the guest's own root is up, in milliseconds. Time that the guest waits for a processor of this machine does not count.
   * @default 60000 with KVM, 180000 without
   */
  bootWithin?: number | undefined;
  /** For everything, in milliseconds. @default 1800000 */
  within?: number | undefined;
  /** Mebibytes. @default 1024, and as much for each processor */
  memory?: number | undefined;
  /** @default with KVM as many as this machine has, at most 4; without 1 */
  cpus?: number | undefined;
  /** More arguments for the kernel. */
  append?: string | undefined;
  /** Ways for the root, for a spec. @default whatever this machine and the kernel have */
  shares?: readonly Share[] | undefined;
  /** Gets what the command prints, as it comes. */
  onOutput?: ((text: string) => void) | undefined;
  /** The command has a terminal. */
  terminal?: MachineTerminal | undefined;
  /**
   * The guest waits for a debugger before the kernel begins. Called when QEMU listens for one, with its Unix socket, which
   * is in the results folder. While the debugger holds the guest, no time-out runs.
   */
  onDebugger?: ((socket: string) => void) | undefined;
}

export interface MachineTerminal {
  rows: number;
  columns: number;
  /** Called when the command has printed something: what is written to `line` is typed, and `leave` ends the machine. */
  begin: (line: Writable, leave: () => void) => void;
}

/** How it ended. Only `ended` has an exit code; `left` is what its user did; all else is a failure of the kernel, or of the machine. */
export type Ending =
  | { kind: 'ended'; exitCode: number }
  | { kind: 'left' }
  | { kind: 'panic'; line: string }
  | { kind: 'no boot' | 'time-out'; milliseconds: number }
  | { kind: 'unable'; reason: string }
  | { kind: 'lost'; reason: string };

/** What a kernel runs in: QEMU, by one of its accelerators, or nothing but this machine's own kernel (User-Mode Linux). */
export type Engine = Accelerator | 'uml';

export interface MachineRun {
  ending: Ending;
  engine: Engine;
  share: Share;
  /** The snapshot that it went on from, by its name in the cache. */
  resumed?: string;
  /** Why the run could not go on from an existing snapshot, or could not leave one for the next run. */
  snapshotFailed?: string;
  /** Milliseconds until the guest's root was up, and until the command's first line; where it came so far. */
  booted?: number;
  firstOutput?: number;
  milliseconds: number;
  /** What the command printed. */
  output: string;
  console: string;
  /** What the kernel reported of itself, panic or not. */
  reports: KernelReport[];
}
