import { existsSync } from 'node:fs';
import { arch } from 'node:os';
import { findProgram } from '../kernel/programs/find-program.ts';
import { KernelUnavailable } from './kernel.ts';

/** The emulator of this machine's own architecture: the guest runs this machine's programs. */
export function qemuProgram(): string {
  if (arch() !== 'x64') throw new KernelUnavailable(`other kernels run on x64 only so far: this machine is ${arch()}`);
  return program('qemu-system-x86_64', 'qemu-system-x86');
}

/** A busybox that needs no libraries, for the guest's first steps. */
export function busyboxProgram(): string {
  return program('busybox', 'busybox-static');
}

/** What builds a kernel. */
export function makeProgram(): string {
  return program('make', 'make');
}

/** Distributions put it beside the PATH: it is QEMU's helper. None where it is not installed. */
export function virtiofsdProgram(): string | undefined {
  const beside = ['/usr/libexec/virtiofsd', '/usr/lib/qemu/virtiofsd', '/usr/lib/virtiofsd'];
  return findProgram('virtiofsd') ?? beside.find((path) => existsSync(path));
}

function program(name: string, debianPackage: string): string {
  const path = findProgram(name);
  if (path) return path;
  throw new KernelUnavailable(`there is no program '${name}' on the PATH: on Debian, apt-get install ${debianPackage}`);
}
