import { closeSync, createWriteStream, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, now } from '../kernel/clock.ts';
import { memoryFile } from '../kernel/memory-file.ts';
import { namelessListener } from '../kernel/nameless-listener.ts';
import { dieWithParentCommand, ownMountsCommand } from '../kernel/own-namespaces.ts';
import { clearPlace, placeIn } from '../report/results.ts';
import { makeFolder, openNewFile, PRIVATE } from '../report/write-file.ts';
import { type Accelerator, chooseAccelerator } from './accelerator.ts';
import { findTrouble, lastLines, type Trouble } from './console.ts';
import { BOOTED, EXIT_FILE, type GuestTask, type Share, UNABLE } from './guest-scripts.ts';
import { chooseShare, initramfs } from './initramfs.ts';
import type { Kernel } from './kernel.ts';
import { qemuProgram, virtiofsdProgram } from './programs.ts';
import { qemuArguments } from './qemu-arguments.ts';
import { gather, type Program, startProgram } from './start-program.ts';

/** What is to run, and how long it may take. */
export interface MachineTask extends Pick<GuestTask, 'command' | 'cwd' | 'env' | 'results' | 'stdout'> {
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
}

/** How it ended. Only `ended` has an exit code; all else is a failure of the kernel, or of the machine. */
export type Ending =
  | { kind: 'ended'; exitCode: number }
  | { kind: 'panic'; line: string }
  | { kind: 'no boot' | 'time-out'; milliseconds: number }
  | { kind: 'unable'; reason: string }
  | { kind: 'lost'; reason: string };

export interface MachineRun {
  ending: Ending;
  accelerator: Accelerator;
  share: Share;
  /** Milliseconds until the guest's root was up, and until the command's first line; where it came so far. */
  booted?: number;
  firstOutput?: number;
  milliseconds: number;
  /** What the command printed. */
  output: string;
  console: string;
  /** The worst that the console tells of, panic or not. */
  trouble?: Trouble | undefined;
}

/** The files of the results folder with all that the kernel said, and all that the command printed, as it came. */
const [CONSOLE_FILE, OUTPUT_FILE] = ['console.log', 'output.log'];
const BOOT_WITHIN: Record<Accelerator, number> = { kvm: 60_000, tcg: 180_000 };
const WITHIN = 30 * 60_000;
/** A panic ends QEMU; one that does not get so far is ended. */
const PANIC_WITHIN = 5000;

/**
 * Boots a kernel in QEMU with this machine's root, and runs a program in it. QEMU and virtiofsd die with this process,
 * and nothing that they are given has a name in a file system. The results folder, which is made, gets the console.
 *
 * @throws KernelUnavailable where QEMU is missing, or the kernel lacks what it takes
 */
export async function runInMachine(kernel: Kernel, task: MachineTask): Promise<MachineRun> {
  const accelerator = await chooseAccelerator();
  const { share, modules } = chooseShare(kernel, task.shares);
  makeFolder(task.results);
  clearPlace(task.results, EXIT_FILE);
  const { release, modules: moduleFolder } = kernel;
  const root = initramfs({ ...task, share, release, moduleFolder }, modules);
  const started = now();
  const { qemu, server } = startPrograms(kernel, task, { accelerator, share, root });

  const logs = [CONSOLE_FILE, OUTPUT_FILE].map((name) => startLog(task.results, name));
  const run: Partial<MachineRun> & { ending?: Ending } = {};
  const end = (ending: Ending) => {
    run.ending ??= ending;
    qemu.child.kill('SIGKILL');
  };
  const timers = [
    after(task.within ?? WITHIN, () => end({ kind: 'time-out', milliseconds: task.within ?? WITHIN })),
    after(task.bootWithin ?? BOOT_WITHIN[accelerator], () => {
      if (run.booted === undefined) end({ kind: 'no boot', milliseconds: task.bootWithin ?? BOOT_WITHIN[accelerator] });
    }),
  ];
  const console = gather(qemu.child.stdout, (text) => {
    logs[0]?.write(text);
    if (run.booted === undefined && console().includes(BOOTED)) run.booted = now() - started;
    if (text.includes('Kernel panic')) timers.push(after(PANIC_WITHIN, () => qemu.child.kill('SIGKILL')));
  });
  const output = gather(qemu.more[2], (text) => {
    run.firstOutput ??= now() - started;
    logs[1]?.write(text);
    task.onOutput?.(text);
  });
  const complaints = [gather(qemu.child.stderr), gather(server?.child.stderr)];

  try {
    await qemu.ended;
  } finally {
    for (const cancel of timers) cancel();
    server?.child.kill('SIGKILL');
    await server?.ended;
    await Promise.all(logs.map((log) => new Promise((done) => log.end(done))));
  }
  const trouble = findTrouble(console());
  const ending =
    run.ending ??
    endingOf(
      task.results,
      console(),
      trouble,
      complaints.map((each) => each().trim()),
    );
  const times = { booted: run.booted, firstOutput: run.firstOutput };
  return {
    ...Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined)),
    ending: trouble?.kind === 'panic' ? { kind: 'panic', line: trouble.line } : ending,
    accelerator,
    share,
    milliseconds: now() - started,
    output: output(),
    console: console(),
    trouble,
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
  { accelerator, share, root }: { accelerator: Accelerator; share: Share; root: Buffer },
): { qemu: Program; server?: Program } {
  const image = memoryFile('initramfs', root);
  const sockets = share === 'virtiofs' ? namelessListener() : undefined;
  try {
    const server = sockets && startProgram(serverCommand(task.results), [sockets.listener]);
    const cpus = task.cpus ?? processorsFor(accelerator);
    const argv = qemuArguments({
      ...{ accelerator, share, image: kernel.image, results: task.results, append: task.append },
      ...{ initramfs: 4, virtiofsd: 3, output: 5 },
      ...{ cpus, memory: task.memory ?? 1024 * (cpus + 1) },
    });
    const command = [...dieWithParentCommand(), qemuProgram(), ...argv];
    // Without virtiofs the third descriptor is of no use; the numbers stay.
    const qemu = startProgram(command, [sockets?.connection ?? image, image, 'pipe']);
    return server ? { qemu, server } : { qemu };
  } finally {
    sockets?.close();
    closeSync(image);
  }
}

/**
 * QEMU's translation may go on with a breakpoint that another processor has long taken out again (`text_poke_bp`, as each
 * static key of the kernel's is turned): that one then loops in `exc_int3` for ever. A single one patches for itself.
 */
function processorsFor(accelerator: Accelerator): number {
  return accelerator === 'tcg' ? 1 : Math.min(availableParallelism(), 4);
}

/** Under a mount namespace in which only the results folder can be written; an ordinary user is root of a user namespace. */
function serverCommand(results: string): string[] {
  const script = fileURLToPath(new URL(`./serve-root${extname(import.meta.url)}`, import.meta.url));
  return [
    ...ownMountsCommand(),
    ...[process.execPath, '--disable-warning=ExperimentalWarning', script, results],
    // cache=always: nobody changes the root while the guest runs, and each question to it is dear.
    ...[virtiofsdProgram() as string, '--fd=3', '-o', 'source=/,cache=always,sandbox=chroot,log_level=err'],
  ];
}

function endingOf(results: string, console: string, trouble: Trouble | undefined, complaints: string[]): Ending {
  if (trouble?.kind === 'panic') return { kind: 'panic', line: trouble.line };
  const unable = lastLines(console, Infinity).find((line) => line.includes(UNABLE));
  if (unable !== undefined) return { kind: 'unable', reason: unable.slice(unable.indexOf(UNABLE) + UNABLE.length) };
  try {
    return { kind: 'ended', exitCode: Number(readFileSync(join(results, EXIT_FILE), 'utf8')) };
  } catch {
    return { kind: 'lost', reason: complaints.filter(Boolean).join('\n') || 'QEMU ended before the command' };
  }
}
