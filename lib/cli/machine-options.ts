import { type Command, InvalidArgumentError } from 'commander';
import { findKernel, locateKernel } from '../machines/find-kernel.ts';
import type { Kernel } from '../machines/kernel.ts';
import type { MachineTask } from '../machines/machine.ts';
import { say } from './print.ts';

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
    .option('--boot-timeout <seconds>', 'how long a kernel may take to boot (60 with KVM, 180 without)', seconds)
    .option('--timeout <seconds>', 'how long all of it may take on a kernel (1800)', seconds)
    .option('--memory <MiB>', 'of the machine (1024, and as much for each processor)', (text) =>
      wholeNumber(text, 2 ** 20, 'a whole number of mebibytes'),
    )
    .option('--cpus <number>', 'of the machine (as many as there are here, at most 4; 1 without KVM)', (text) =>
      wholeNumber(text, 255),
    )
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

/** For an option or an argument that may be given several times, and is not to be empty. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, named(value)];
}

/** For one that names something: a shell's variable that is not set must not pass for a name. */
export function named(value: string): string {
  if (value === '') throw new InvalidArgumentError('It must not be empty.');
  return value;
}

/** Each `--kernel`, found or fetched, before any is booted. Two of one name are told apart by a number. */
export async function findKernels(words: readonly string[], option = '--kernel'): Promise<Kernel[]> {
  for (const word of words) await locateKernel(option, word);
  const kernels: Kernel[] = [];
  for (const word of words) {
    const kernel = await findKernel(option, word, (release, size) =>
      say(`fetching linux-image-${release} (${size} MiB)`),
    );
    const namesakes = kernels.filter(({ release }) => release === kernel.release).length;
    kernels.push(namesakes === 0 ? kernel : { ...kernel, name: `${kernel.name}#${namesakes + 1}` });
  }
  return kernels;
}

/** Node's timers count milliseconds in 32 bits with a sign. */
const LONGEST = Math.floor((2 ** 31 - 1) / 1000);

function seconds(text: string): number {
  return wholeNumber(text, LONGEST, 'a whole number of seconds');
}

function wholeNumber(text: string, most: number, what = 'a whole number'): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`It must be ${what} from 1 to ${most}.`);
}
