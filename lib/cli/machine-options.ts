import { type Command, InvalidArgumentError } from 'commander';
import { findKernel } from '../machines/find-kernel.ts';
import type { Kernel } from '../machines/kernel.ts';
import type { MachineTask } from '../machines/machine.ts';

/** The options of every command that boots kernels, as commander gives them. */
export interface MachineOptions {
  bootTimeout?: number;
  timeout?: number;
  memory?: number;
  cpus?: number;
  append?: string;
}

export function addMachineOptions(command: Command): Command {
  return command
    .option('--boot-timeout <seconds>', 'how long a kernel may take to boot (60 with KVM, 180 without)', wholeNumber)
    .option('--timeout <seconds>', 'how long all of it may take on a kernel (1800)', wholeNumber)
    .option('--memory <MiB>', 'of the machine (1024, and as much for each processor)', wholeNumber)
    .option('--cpus <number>', 'of the machine (as many as there are here, at most 4; 1 without KVM)', wholeNumber)
    .option('--append <arguments>', "more of the kernel's own arguments");
}

export function machineTask({
  bootTimeout,
  timeout,
  memory,
  cpus,
  append,
}: MachineOptions): Pick<MachineTask, 'bootWithin' | 'within' | 'memory' | 'cpus' | 'append'> {
  const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);
  return { bootWithin: milliseconds(bootTimeout), within: milliseconds(timeout), memory, cpus, append };
}

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Each `--kernel`, found or fetched, before any is booted. Two of one name are told apart by a number. */
export async function findKernels(words: readonly string[]): Promise<Kernel[]> {
  const kernels: Kernel[] = [];
  for (const word of words) {
    const kernel = await findKernel(word, (release, size) => say(`fetching linux-image-${release} (${size} MiB)`));
    const namesakes = kernels.filter(({ release }) => release === kernel.release).length;
    kernels.push(namesakes === 0 ? kernel : { ...kernel, name: `${kernel.name}#${namesakes + 1}` });
  }
  return kernels;
}

/** Progress is not output. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError(`a whole number from 1 on is needed.`);
  return number;
}
