import { accessSync, closeSync, constants } from 'node:fs';
import { after } from '../kernel/clock.ts';
import { memoryFile } from '../kernel/memory-file.ts';
import { dieWithParentCommand } from '../kernel/own-namespaces.ts';
import { qemuProgram } from './programs.ts';
import { startProgram } from './start-program.ts';

export type Accelerator = 'kvm' | 'tcg';

/** What the test firmware writes to QEMU's exit port, which QEMU ends with as 2n + 1. */
const WRITTEN = 0x10;
const WELL = 2 * WRITTEN + 1;
const DEADLINE = 5000;

/**
 * Whether the hardware runs a guest, found by running one: /dev/kvm may be there and open, and yet refuse the machine's
 * own CPU (as nested in some clouds). Its firmware is three instructions at the reset vector that end QEMU.
 *
 * @param accelerator which to try
 */
export async function works(accelerator: Accelerator): Promise<boolean> {
  const firmware = memoryFile('firmware', testFirmware());
  try {
    const command = [...dieWithParentCommand(), qemuProgram(), ...tryArguments(accelerator)];
    const { child, ended } = startProgram(command, [firmware]);
    const cancel = after(DEADLINE, () => child.kill('SIGKILL'));
    const exitCode = await ended;
    cancel();
    return exitCode === WELL;
  } finally {
    closeSync(firmware);
  }
}

let chosen: Promise<Accelerator> | undefined;

/** KVM where it works, QEMU's own translation otherwise. Tried once in a process. */
export function chooseAccelerator(): Promise<Accelerator> {
  chosen ??= kvmIsThere() ? works('kvm').then((well) => (well ? 'kvm' : 'tcg')) : Promise.resolve('tcg');
  return chosen;
}

function kvmIsThere(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function tryArguments(accelerator: Accelerator): string[] {
  return [
    ...['-accel', accelerator, '-cpu', accelerator === 'kvm' ? 'host' : 'max', '-m', '16'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-device', 'isa-debug-exit', '-bios', '/proc/self/fd/3'],
  ];
}

/** A ROM that ends at 4 GiB, so that its last sixteen bytes are where an x86 begins. */
function testFirmware(): Buffer {
  const rom = Buffer.alloc(0x1_0000, 0xff);
  const code = [
    ...[0xba, 0x01, 0x05], // mov dx, 0x501: isa-debug-exit's port
    ...[0xb0, WRITTEN], // mov al, WRITTEN
    0xee, // out dx, al
    ...[0xeb, 0xfe], // jmp to itself
  ];
  rom.set(code, rom.length - 16);
  return rom;
}
