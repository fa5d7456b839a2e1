import { closeSync, ftruncateSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import type { Duplex } from 'node:stream';
import { ownFile } from '../base/own-file.ts';
import { ResourceStack } from '../base/resource-stack.ts';
import { lseek } from '../kernel/libc.ts';
import { memoryFile } from '../kernel/memory-file.ts';
import { dieWithParentCommand, ownMountsCommand, ownProcessesCommand } from '../kernel/namespaces/own-namespaces.ts';
import { namelessListener } from '../kernel/sockets/nameless-listener.ts';
import type { Accelerator } from './accelerator.ts';
import type { Kernel } from './kernel.ts';
import type { Engine } from './machine-run.ts';
import { Monitor } from './monitor.ts';
import { qemuProgram, virtiofsdProgram } from './programs.ts';
import { type QemuMachine, qemuArguments } from './qemu-arguments.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';
import { type Program, startProgram } from './start-program.ts';
import { MEMORY, userModeArguments } from './user-mode.ts';

/** What a machine is made of. */
export interface MachineParts extends Pick<QemuMachine, 'share' | 'results' | 'memory' | 'cpus' | 'append' | 'debug'> {
  engine: Engine;
  /** The initramfs. */
  root: Buffer;
}

/** The programs of a machine. */
export interface StartedMachine {
  machine: Program;
  /** The guest's second serial line. */
  output: Duplex;
  /** virtiofsd. */
  server?: Program;
  /** QEMU's. */
  monitor?: Monitor;
  /** Where its guest is kept, or is to be: in two files in memory, the guest's memory and what QEMU writes of all else. */
  keeping?: { snapshot: Snapshot; memory: number; devices: number };
  /** Closes what this process holds of it. */
  close(): void;
}

/** The numbers of the descriptors in QEMU, in the order in which it is given them. */
export const IN_QEMU = { virtiofsd: 3, initramfs: 4, output: 5, monitor: 6, memoryFile: 7, devices: 8 };
const IN_USER_MODE = { initramfs: 3, output: 4 };
const MEBIBYTE = 2 ** 20;
const SEEK_SET = 0;

/** Starts QEMU, with virtiofsd where the root comes in by it, or the kernel itself where that is a program. */
export function startMachine(kernel: Kernel, parts: MachineParts): StartedMachine {
  using resources = new ResourceStack();
  const started = (parts.engine === 'uml' ? startUserMode : startQemu)(kernel, parts, (fd) => {
    resources.defer(() => closeSync(fd));
    return fd;
  });
  const owned = resources.move();
  return { ...started, close: () => owned[Symbol.dispose]() };
}

/** @param own has a descriptor closed in the end */
type Start = (kernel: Kernel, parts: MachineParts, own: (fd: number) => number) => Omit<StartedMachine, 'close'>;

const startUserMode: Start = (kernel, { root, results, memory, append }, own) => {
  const image = own(memoryFile('initramfs', root));
  const args = userModeArguments({ ...IN_USER_MODE, memory, append });
  // Its guest's programs are processes of this machine: when it is killed, they must not go on.
  const guard = [...ownProcessesCommand(), ...guardCommand(results, MEMORY, Object.values(IN_USER_MODE))];
  const machine = startProgram([...guard, kernel.image, ...args], [image, 'pipe']);
  return { machine, output: machine.more[1] as Duplex };
};

const startQemu: Start = (kernel, parts, own) => {
  const { engine, share, root, results, debug } = parts;
  const described: QemuMachine = {
    ...{ ...parts, ...IN_QEMU, accelerator: engine as Accelerator, image: kernel.image },
    debug: debug && shortest(debug),
  };
  const size = parts.memory * MEBIBYTE;
  // With KVM a kernel boots within a second; a debugger wants to see it boot.
  const snapshot =
    engine === 'tcg' && debug === undefined ? snapshotOf(kernel, dependsOn(root, described), size) : undefined;
  const kept = snapshot?.kept;
  const image = own(memoryFile('initramfs', root));
  const memory = own(kept?.memory ?? memoryFile('guest-memory', Buffer.alloc(0)));
  ftruncateSync(memory, size);
  const devices = own(memoryFile('guest-devices', kept?.devices ?? Buffer.alloc(0)));
  // QEMU reads from where this process has stopped writing.
  lseek(devices, 0, SEEK_SET);
  const sockets = share === 'virtiofs' ? namelessListener() : undefined;
  try {
    const server = sockets && startProgram(serverCommand(results), [sockets.listener]);
    const machine = startProgram(
      [
        ...[...dieWithParentCommand(), qemuProgram()],
        ...qemuArguments({ ...described, plugsIn: snapshot !== undefined, resumes: kept !== undefined }),
      ],
      // Without virtiofs the first is of no use; the numbers stay.
      [sockets?.connection ?? image, image, 'pipe', 'pipe', memory, devices],
    );
    const [, , output, monitor] = machine.more as Duplex[];
    return {
      ...{ machine, output: output as Duplex, monitor: new Monitor(monitor as Duplex) },
      ...(server ? { server } : {}),
      ...(snapshot ? { keeping: { snapshot, memory, devices } } : {}),
    };
  } finally {
    sockets?.close();
  }
};

/** All that a snapshot depends on, beside the kernel. Where the results go is no part of it. */
function dependsOn(root: Buffer, machine: QemuMachine): (string | Buffer)[] {
  const { ino, size, mtimeMs } = statSync(qemuProgram());
  return [
    root,
    JSON.stringify([ino, size, mtimeMs]),
    JSON.stringify(qemuArguments({ ...machine, results: '', plugsIn: true })),
  ];
}

/** A socket's name has 107 bytes (sockaddr_un), and QEMU has this process's folder. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}

function serverCommand(results: string): string[] {
  return [
    ...[...ownMountsCommand(), ...guardCommand(results, '', [IN_QEMU.virtiofsd])],
    // cache=always: nobody changes the root while the guest runs, and each question to it is dear.
    ...[virtiofsdProgram() as string, '--fd=3', '-o', 'source=/,cache=always,sandbox=chroot,log_level=err'],
  ];
}

/** Under a mount namespace in which only the results folder can be written; an ordinary user is root of a user namespace. */
function guardCommand(results: string, memory: string, kept: readonly number[]): string[] {
  const script = ownFile('./guard-root.ts', import.meta.url);
  return [process.execPath, '--disable-warning=ExperimentalWarning', script, results, memory, kept.join()];
}
