import { closeSync, createWriteStream, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname, join, relative } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { memoryFile } from '../kernel/memory-file.ts';
import { namelessListener } from '../kernel/nameless-listener.ts';
import { dieWithParentCommand, ownMountsCommand, ownProcessesCommand } from '../kernel/own-namespaces.ts';
import { UsageError } from '../kernel/validate.ts';
import { clearPlace, placeIn } from '../report/results.ts';
import { makeFolder, openNewFile, PRIVATE } from '../report/write-file.ts';
import { type Accelerator, chooseAccelerator } from './accelerator.ts';
import { eachLine, lastLines, messageOf, PANIC } from './console.ts';
import { GuestClock } from './guest-clock.ts';
import { BOOTED, EXIT_FILE, type GuestTask, type Share, UNABLE } from './guest-scripts.ts';
import { chooseShare, initramfs } from './initramfs.ts';
import type { Kernel } from './kernel.ts';
import { findReports, type KernelReport } from './kernel-reports.ts';
import { qemuProgram, virtiofsdProgram } from './programs.ts';
import { qemuArguments } from './qemu-arguments.ts';
import { gather, type Program, startProgram } from './start-program.ts';
import { MEMORY, userModeArguments } from './user-mode.ts';
import { watchDebugger } from './watch-debugger.ts';

/** What is to run, and how long it may take. */
export interface MachineTask
  extends Pick<GuestTask, 'command' | 'cwd' | 'env' | 'results' | 'stdout' | 'failOnWarning'> {
  /** Until the guest's own root is up, in milliseconds. @default 60000 with KVM, 180000 without */
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

/** The files of the results folder with all that the kernel said, and all that the command printed, as it came. */
const [CONSOLE_FILE, OUTPUT_FILE] = ['console.log', 'output.log'];
/** The socket in the results folder that gdb connects to. */
const DEBUGGER = 'gdb.sock';
const BOOT_WITHIN: Record<Engine, number> = { kvm: 60_000, tcg: 180_000, uml: 60_000 };
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
  const engine = await chooseEngine(kernel);
  checkFits(kernel, { cpus: task.cpus, gdb: task.onDebugger !== undefined });
  const { share, modules } = chooseShare(kernel, task.shares);
  makeFolder(task.results);
  clearPlace(task.results, EXIT_FILE);
  const { release, modules: moduleFolder } = kernel;
  const root = initramfs({ ...task, share, release, moduleFolder }, modules);
  const debug = task.onDebugger && { socket: placeIn(task.results, DEBUGGER), onReady: task.onDebugger };
  clearPlace(task.results, DEBUGGER);
  const clock = new GuestClock(debug !== undefined);
  const { machine, server } = startPrograms(kernel, task, { engine, share, root, socket: debug?.socket });
  if (debug) {
    watchDebugger(machine.more[3], {
      onReady: () => debug.onReady(debug.socket),
      onHeld: () => clock.hold(),
      onGoOn: () => clock.goOn(),
    });
  }

  const logs = [CONSOLE_FILE, OUTPUT_FILE].map((name) => startLog(task.results, name));
  const run: Partial<MachineRun> & { ending?: Ending } = {};
  const end = (ending: Ending) => {
    run.ending ??= ending;
    machine.child.kill('SIGKILL');
  };
  const { within = WITHIN, bootWithin = BOOT_WITHIN[engine] } = task;
  clock.after(within, () => end({ kind: 'time-out', milliseconds: within }));
  clock.after(bootWithin, () => {
    if (run.booted === undefined) end({ kind: 'no boot', milliseconds: bootWithin });
  });
  const endSoon = eachLine((line) => {
    if (PANIC.test(messageOf(line))) clock.after(PANIC_WITHIN, () => machine.child.kill('SIGKILL'));
  });
  const console = gather(machine.child.stdout, (text) => {
    logs[0]?.write(text);
    if (run.booted === undefined && console().includes(BOOTED)) run.booted = clock.elapsed();
    endSoon(text);
  });
  const output = gather(machine.more[2], (text) => {
    if (run.firstOutput === undefined) task.terminal?.begin(machine.more[2] as Writable, () => end({ kind: 'left' }));
    run.firstOutput ??= clock.elapsed();
    logs[1]?.write(text);
    task.onOutput?.(text);
  });
  const complaints = [gather(machine.child.stderr), gather(server?.child.stderr)];

  try {
    await machine.ended;
  } finally {
    clock.end();
    clearPlace(task.results, DEBUGGER);
    server?.child.kill('SIGKILL');
    await server?.ended;
    await Promise.all(logs.map((log) => new Promise((done) => log.end(done))));
  }
  const reports = findReports(console());
  const panic = reports.find(({ kind }) => kind === 'panic');
  const said = complaints.map((each) => each().trim());
  const times = { booted: run.booted, firstOutput: run.firstOutput };
  return {
    ...Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined)),
    ending: panic ? { kind: 'panic', line: panic.line } : (run.ending ?? endingOf(task.results, console(), said)),
    engine,
    share,
    milliseconds: clock.elapsed(),
    output: output(),
    console: console(),
    reports,
  };
}

/** In the place of an earlier run's. */
function startLog(results: string, name: string) {
  clearPlace(results, name);
  return createWriteStream('', { fd: openNewFile(placeIn(results, name), PRIVATE) });
}

function startPrograms(
  kernel: Kernel,
  task: MachineTask,
  { engine, share, root, socket }: { engine: Engine; share: Share; root: Buffer; socket: string | undefined },
): { machine: Program; server?: Program } {
  const image = memoryFile('initramfs', root);
  const sockets = share === 'virtiofs' ? namelessListener() : undefined;
  try {
    const server = sockets && startProgram(serverCommand(task.results), [sockets.listener]);
    const cpus = task.cpus ?? processorsFor(engine);
    const given = { ...{ initramfs: 4, output: 5 }, memory: task.memory ?? 1024 * (cpus + 1), append: task.append };
    const command =
      engine === 'uml'
        ? userModeCommand(kernel.image, task.results, userModeArguments(given))
        : [
            ...[...dieWithParentCommand(), qemuProgram()],
            ...qemuArguments({
              ...{ ...given, accelerator: engine, share, image: kernel.image, results: task.results },
              ...{ virtiofsd: 3, cpus },
              ...(socket === undefined ? {} : { debug: { socket: shortest(socket), monitor: 6 } }),
            }),
          ];
    // Without virtiofs the third descriptor is of no use; the numbers stay.
    const machine = startProgram(command, [
      sockets?.connection ?? image,
      image,
      'pipe',
      ...(socket === undefined ? [] : ['pipe' as const]),
    ]);
    return server ? { machine, server } : { machine };
  } finally {
    sockets?.close();
    closeSync(image);
  }
}

/** A socket's name has 107 bytes (sockaddr_un), and QEMU has this process's folder. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}

/**
 * QEMU's translation may go on with a breakpoint that another processor has long taken out again (`text_poke_bp`, as each
 * static key of the kernel's is turned): that one then loops in `exc_int3` for ever. A single one patches for itself. User-Mode Linux
 * has one.
 */
function processorsFor(engine: Engine): number {
  return engine === 'kvm' ? Math.min(availableParallelism(), 4) : 1;
}

function serverCommand(results: string): string[] {
  return [
    ...[...ownMountsCommand(), ...guardCommand(results, '', '3')],
    // cache=always: nobody changes the root while the guest runs, and each question to it is dear.
    ...[virtiofsdProgram() as string, '--fd=3', '-o', 'source=/,cache=always,sandbox=chroot,log_level=err'],
  ];
}

/** Its guest's programs are processes of this machine: when it is killed, they must not go on. */
function userModeCommand(program: string, results: string, args: readonly string[]): string[] {
  return [...ownProcessesCommand(), ...guardCommand(results, MEMORY, '4,5'), program, ...args];
}

/** Under a mount namespace in which only the results folder can be written; an ordinary user is root of a user namespace. */
function guardCommand(results: string, memory: string, kept: string): string[] {
  const script = fileURLToPath(new URL(`./guard-root${extname(import.meta.url)}`, import.meta.url));
  return [process.execPath, '--disable-warning=ExperimentalWarning', script, results, memory, kept];
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
