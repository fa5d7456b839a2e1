import { closeSync, constants } from 'node:fs';
import { once } from '../base/once.ts';
import { u16, u32 } from '../kernel/bytes.ts';
import { after } from '../kernel/clock.ts';
import { memoryFile } from '../kernel/memory-file.ts';
import { dieWithParentCommand } from '../kernel/namespaces/own-namespaces.ts';
import { mayAccess } from '../kernel/programs/find-program.ts';
import { qemuProgram } from './programs.ts';
import { startProgram } from './start-program.ts';

export type Accelerator = 'kvm' | 'tcg';

/** What the test firmware writes to QEMU's exit port, which QEMU ends with as 2n + 1. */
const WRITTEN = 0x10;
const WELL = 2 * WRITTEN + 1;
/** Far less than a second in hardware, and in QEMU's translation; ten seconds where each instruction is interpreted. */
const COUNT = 20_000_000;
const DEADLINE = 2000;

/**
 * Whether a 64-bit guest runs, found by running one: /dev/kvm may be there and open, and yet refuse the machine's own CPU
 * (as nested in some clouds), or have each instruction interpreted by the host's kernel, a thousand times slower (KVM_PVM,
 * where the guest was not made for it). The guest is firmware that turns long mode on, counts to twenty million and ends
 * QEMU.
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

/** KVM where it works, QEMU's own translation otherwise. Tried once in a process. */
export const chooseAccelerator = once(
  async (): Promise<Accelerator> => (kvmIsThere() && (await works('kvm')) ? 'kvm' : 'tcg'),
);

function kvmIsThere(): boolean {
  return mayAccess('/dev/kvm', constants.R_OK | constants.W_OK);
}

function tryArguments(accelerator: Accelerator): string[] {
  return [
    ...['-accel', accelerator, '-cpu', accelerator === 'kvm' ? 'host' : 'max', '-m', '16'],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-device', 'isa-debug-exit', '-bios', '/proc/self/fd/3'],
  ];
}

/** A ROM that ends at 4 GiB, so that its last sixteen bytes are where an x86 begins, in real mode. */
function testFirmware(): Buffer {
  const rom = Buffer.alloc(0x1_0000);
  const [gdt, gdtr, begin, longMode, reset] = [0xff00, 0xff10, 0xff20, 0xff80, 0xfff0];
  const linear = (offset: number) => u32(0xffff_0000 + offset);
  // No code at 0, 64-bit code at 8; marked as accessed, since the processor could not do so in a ROM.
  rom.set([...Array(8).fill(0), 0, 0, 0, 0, 0, 0x9b, 0x20, 0], gdt);
  rom.set([15, 0, ...linear(gdt)], gdtr);
  rom.set(
    [
      // One page of 2 MiB, this ROM, where it is: page tables in RAM, at 0x1000, 0x2000 and 0x3000.
      ...[0x66, 0xc7, 0x06, 0x00, 0x10, ...u32(0x2003)], // movl $0x2003, 0x1000
      ...[0x66, 0xc7, 0x06, 0x18, 0x20, ...u32(0x3003)], // movl $0x3003, 0x2018
      ...[0x66, 0xc7, 0x06, 0xf8, 0x3f, ...u32(0xffe0_0083)], // movl $0xffe00083, 0x3ff8
      ...[0x66, 0xb8, ...u32(0x1000), 0x0f, 0x22, 0xd8], // mov cr3: 0x1000
      ...[0x66, 0xb8, ...u32(0x20), 0x0f, 0x22, 0xe0], // mov cr4: PAE
      ...[0x66, 0xb9, ...u32(0xc000_0080), 0x66, 0xb8, ...u32(0x100), 0x66, 0x31, 0xd2, 0x0f, 0x30], // wrmsr EFER: LME
      ...[0x2e, 0x66, 0x0f, 0x01, 0x16, ...u16(gdtr)], // lgdtl cs:gdtr
      ...[0x66, 0xb8, ...u32(0x8000_0001), 0x0f, 0x22, 0xc0], // mov cr0: PG, PE
      ...[0x66, 0xea, ...linear(longMode), 8, 0], // ljmpl $8, $longMode
    ],
    begin,
  );
  rom.set(
    [
      ...[0xb9, ...u32(COUNT), 0xff, 0xc9, 0x75, 0xfc], // mov $COUNT, ecx; dec ecx; jnz back
      ...[0xba, ...u32(0x501)], // mov $0x501, edx: isa-debug-exit's port
      ...[0xb0, WRITTEN, 0xee], // mov $WRITTEN, al; out al, dx
      ...[0xeb, 0xfe], // jmp to itself
    ],
    longMode,
  );
  rom.set([0xe9, ...u16((begin - (reset + 3)) & 0xffff)], reset); // jmp begin
  return rom;
}
