import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { withoutUndefined } from '../base/plain-object.ts';
import { UsageError } from '../base/validate.ts';
import { clearPlace, placeIn } from '../report/results.ts';
import { makeFolder, openNewFile, PRIVATE } from '../report/write-file.ts';
import { chooseAccelerator } from './accelerator.ts';
import { beginTask, WRITTEN } from './begin-task.ts';
import { dropCached } from './cache.ts';
import { eachLine, lastLines, messageOf, PANIC } from './console.ts';
import { describeEnding } from './describe-run.ts';
import { GuestClock } from './guest-clock.ts';
import { BOOTED, EXIT_FILE, START_FILE, startScript, UNABLE, WAITS } from './guest-scripts.ts';
import { chooseShare, initramfs } from './initramfs.ts';
import type { Kernel } from './kernel.ts';
import { findReports } from './kernel-reports.ts';
import type { Ending, Engine, MachineRun, MachineTask } from './machine-run.ts';
import { QemuEnded } from './monitor.ts';
import { afterRunning, processorWait } from './processor-wait.ts';
import { type StartedMachine, startMachine } from './start-machine.ts';
import { gatherOutput } from './start-program.ts';
import { watchDebugger } from './watch-debugger.ts';

/** The files of the results folder with all that the kernel said, and all that the command printed, as it came. */
const [CONSOLE_FILE, OUTPUT_FILE] = ['console.log', 'output.log'];
/** The socket in the results folder that gdb connects to. */
const DEBUGGER = 'gdb.sock';
const BOOT_WITHIN: Record<Engine, number> = { kvm: 60_000, tcg: 180_000, uml: 60_000 };
/** A guest that goes on from a snapshot is up after a second. After this time the kernel boots instead. */
const RESUMED_WITHIN = 60_000;
const WITHIN = 30 * 60_000;
/** A panic ends the machine; one that does not get so far is ended. */
const PANIC_WITHIN = 5000;

/** KVM where it works, QEMU's own translation otherwise; a kernel of User-Mode Linux needs neither. */
export async function chooseEngine({ userMode }: Kernel): Promise<Engine> {
  return userMode ? 'uml' : chooseAccelerator();
}

/**
 * What User-Mode Linux does not have.
 *
 * @throws UsageError naming the option to leave out
 */
export function checkFits(
  { name, userMode }: Kernel,
  { cpus = 1, gdb = false }: { cpus?: number | undefined; gdb?: boolean },
): void {
  if (!userMode) return;
  if (cpus > 1)
    throw new UsageError(`--cpus ${cpus}: ${name} is User-Mode Linux, which has one processor: leave it out`);
  if (gdb) throw new UsageError(`--gdb: ${name} is User-Mode Linux, a program for which QEMU has no gdb: leave it out`);
}

/**
 * Boots a kernel, in QEMU or as the program that it is, with this machine's root, and runs a program in it. QEMU and virtiofsd die
 * with this process, and nothing that they are given has a name in a file system. The results folder, which is made, gets the console.
 *
 * @throws UsageError for what the kernel cannot have ({@link checkFits}); KernelUnavailable where QEMU is missing, or the kernel lacks
 * what it takes
 */
export async function runInMachine(kernel: Kernel, task: MachineTask): Promise<MachineRun> {
  const run = await runOnce(kernel, task);
  const { resumed, booted, ending } = run;
  if (resumed === undefined || booted !== undefined || ending.kind === 'time-out') return run;
  // Whatever the reason, a snapshot that does not go on is of no use. The kernel boots, and says what is wrong if anything is.
  dropCached(resumed);
  return {
    snapshotFailed: describeEnding(run) ?? 'the guest ended before it was up',
    ...(await runOnce(kernel, task)),
  };
}

async function runOnce(kernel: Kernel, task: MachineTask): Promise<MachineRun> {
  const engine = await chooseEngine(kernel);
  checkFits(kernel, { cpus: task.cpus, gdb: task.onDebugger !== undefined });
  const choice = chooseShare(kernel, task.shares);
  const { share } = choice;
  makeFolder(task.results);
  for (const name of [EXIT_FILE, START_FILE, DEBUGGER]) clearPlace(task.results, name);
  const debug = task.onDebugger && { socket: placeIn(task.results, DEBUGGER), onReady: task.onDebugger };
  const { release, modules: moduleFolder } = kernel;
  const script = startScript({ ...task, release, moduleFolder });
  const clock = new GuestClock(debug !== undefined);
  const cpus = task.cpus ?? processorsFor(engine);
  const started = startMachine(kernel, {
    ...{ engine, share, root: initramfs(choice), results: task.results, cpus, append: task.append },
    ...{ memory: task.memory ?? 1024 * (cpus + 1), debug: debug?.socket },
  });
  const { monitor, keeping } = started;
  if (debug && monitor) {
    watchDebugger(monitor, {
      onReady: () => debug.onReady(debug.socket),
      onHeld: () => clock.hold(),
      onGoOn: () => clock.goOn(),
    });
  }

  const guest = watchGuest(started, task, { engine, clock });
  const { run, end, console, waits } = guest;
  const onNotKept = (error: unknown) => {
    run.snapshotFailed = `the guest is not kept for the next run: ${(error as Error).message}`;
  };
  beginTask(started, { share, results: task.results, script, waits, console, onNotKept }).catch((error: Error) => {
    // Why it ended stands in what it has said.
    if (!(error instanceof QemuEnded)) end({ kind: 'lost', reason: error.message });
  });
  await ended(started, guest, task, clock);
  const { booted, firstOutput, snapshotFailed } = run;
  return {
    ...withoutUndefined({ booted, firstOutput, snapshotFailed }),
    ...endOf(guest, task),
    ...{ engine, share, milliseconds: clock.elapsed(), output: guest.output() },
    ...(keeping?.snapshot.kept ? { resumed: keeping.snapshot.name } : {}),
  };
}

/** A guest that runs, and what is known of it. */
interface Guest {
  run: Partial<MachineRun>;
  /** Ends it; the first reason counts. */
  end: (ending: Ending) => void;
  console: () => string;
  output: () => string;
  /** What QEMU and virtiofsd have said. */
  complaints: (() => string)[];
  /** Until the guest waits for its task. */
  waits: Promise<void>;
  logs: WriteStream[];
}

/** Writes down what a guest says, and ends it when its time is over, or soon after a panic. */
function watchGuest(
  started: StartedMachine,
  task: MachineTask,
  { engine, clock }: { engine: Engine; clock: GuestClock },
): Guest {
  const { machine, server, keeping } = started;
  const logs = [CONSOLE_FILE, OUTPUT_FILE].map((name) => startLog(task.results, name));
  const run: Partial<MachineRun> = {};
  const end = (ending: Ending) => {
    run.ending ??= ending;
    machine.child.kill('SIGKILL');
  };
  const kept = keeping?.snapshot.kept;
  const { within = WITHIN } = task;
  const bootWithin = kept ? RESUMED_WITHIN : (task.bootWithin ?? BOOT_WITHIN[engine]);
  clock.after(within, () => end({ kind: 'time-out', milliseconds: within }));
  const waited = () => processorWait(machine.child.pid);
  afterRunning(clock, bootWithin, waited, () => {
    if (run.booted === undefined) end({ kind: 'no boot', milliseconds: bootWithin });
  });
  const endSoon = eachLine((line) => {
    if (PANIC.test(messageOf(line))) clock.after(PANIC_WITHIN, () => machine.child.kill('SIGKILL'));
  });
  const { promise: waits, resolve: onWaits } = Promise.withResolvers<void>();
  const printed = gatherOutput(machine.child.stdout, (text) => {
    logs[0]?.write(text);
    if (run.booted === undefined) {
      if (printed().includes(WAITS)) onWaits();
      if (printed().includes(BOOTED)) run.booted = clock.elapsed();
    }
    endSoon(text);
  });
  if (kept) logs[0]?.write(kept.console);
  const output = gatherOutput(started.output, (text) => {
    if (run.firstOutput === undefined) task.terminal?.begin(started.output, () => end({ kind: 'left' }));
    run.firstOutput ??= clock.elapsed();
    logs[1]?.write(text);
    task.onOutput?.(text);
  });
  const complaints = [gatherOutput(machine.child.stderr), gatherOutput(server?.child.stderr)];
  return { run, end, console: () => (kept?.console ?? '') + printed(), output, complaints, waits, logs };
}

/** Waits until QEMU has ended, and puts away all that it needed. */
async function ended(started: StartedMachine, { logs }: Guest, { results }: MachineTask, clock: GuestClock) {
  const { machine, server } = started;
  try {
    await machine.ended;
  } finally {
    clock.end();
    started.close();
    for (const name of [START_FILE, DEBUGGER]) clearPlace(results, name);
    server?.child.kill('SIGKILL');
    await server?.ended;
    await Promise.all(logs.map((log) => new Promise((done) => log.end(done))));
  }
}

/** How a guest ended, and the reports of its kernel. */
function endOf({ run, console, complaints }: Guest, { results }: MachineTask) {
  const said = console();
  const reports = findReports(said);
  const panic = reports.find(({ kind }) => kind === 'panic');
  const reasons = complaints.map((each) => each().replace(WRITTEN, '').trim());
  const ending: Ending = panic ? { kind: 'panic', line: panic.line } : (run.ending ?? endingOf(results, said, reasons));
  return { ending, console: said, reports };
}

/** In the place of an earlier run's. */
function startLog(results: string, name: string) {
  clearPlace(results, name);
  return createWriteStream('', { fd: openNewFile(placeIn(results, name), PRIVATE) });
}

/**
 * QEMU's translation may go on with a breakpoint that another processor has long taken out again (`text_poke_bp`, as each
 * static key of the kernel's is turned): that one then loops in `exc_int3` for ever. A single one patches for itself. User-Mode Linux
 * has one.
 */
function processorsFor(engine: Engine): number {
  return engine === 'kvm' ? Math.min(availableParallelism(), 4) : 1;
}

function endingOf(results: string, console: string, complaints: string[]): Ending {
  const unable = lastLines(console, Infinity).find((line) => line.includes(UNABLE));
  if (unable !== undefined) return { kind: 'unable', reason: unable.slice(unable.indexOf(UNABLE) + UNABLE.length) };
  try {
    return { kind: 'ended', exitCode: Number(readFileSync(join(results, EXIT_FILE), 'utf8')) };
  } catch {
    return { kind: 'lost', reason: complaints.filter(Boolean).join('\n') || 'QEMU ended before the command' };
  }
}
