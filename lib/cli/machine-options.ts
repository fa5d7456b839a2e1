import { existsSync, realpathSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { LONGEST_TIMER, show, UsageError } from '../base/validate.ts';
import { now } from '../kernel/clock.ts';
import { packageName } from '../machines/apt-kernels.ts';
import { buildKernel, type KernelTree, kernelTree } from '../machines/build-kernel.ts';
import { findKernel, locateKernel } from '../machines/find-kernel.ts';
import type { Kernel } from '../machines/kernel.ts';
import type { MachineTask } from '../machines/machine-run.ts';
import { pathOf } from '../machines/user-mode.ts';
import { say, showProgress } from './print.ts';

/** The options of every command that boots kernels, as commander gives them. */
export interface MachineOptions {
  bootTimeout?: number;
  timeout?: number;
  memory?: number;
  cpus?: number;
  append?: string;
  failOnWarning?: boolean;
}

export function addMachineOptions(command: Command): Command {
  return command
    .option('--boot-timeout <seconds>', 'how long a kernel may take to boot (60; 180 in QEMU without KVM)', seconds)
    .option(
      '--timeout <seconds>',
      'how long the whole run on a kernel may take (1800; no limit in hairpin shell)',
      seconds,
    )
    .option('--memory <MiB>', 'memory of the guest (1024, and 1024 for each processor)', (text) =>
      wholeNumber(text, 2 ** 20, 'a whole number of mebibytes'),
    )
    .option('--cpus <number>', 'processors of the guest (as many as here, at most 4; 1 without KVM)', (text) =>
      wholeNumber(text, 255),
    )
    .option('--append <arguments>', 'more arguments for the kernel command line')
    .option(
      '--fail-on-warning',
      'fail when the kernel reports a warning, a stall, or a finding of lockdep, KASAN, UBSAN or kmemleak',
    )
    .hook('preAction', () => {
      const { failOnWarning, append = '' } = command.opts<MachineOptions>();
      const mute = failOnWarning ? muting(append) : undefined;
      if (mute !== undefined)
        command.error(
          `error: option '--append <arguments>' with '${mute}' keeps warnings from the console, where --fail-on-warning ` +
            'looks for them: leave it out, or take loglevel=5 or more',
        );
    });
}

/** The argument by which the console gets no warnings (KERN_WARNING is 4, and less than the level is printed); the last counts. */
function muting(append: string): string | undefined {
  const words = append.split(/\s+/).filter((word) => /^(quiet|debug|ignore_loglevel|loglevel=.*)$/.test(word));
  const last = words.includes('ignore_loglevel') ? undefined : words.at(-1);
  return last === 'quiet' || Number(last?.split('=')[1]) < 5 ? last : undefined;
}

/** Options of machines without one of `which` would change nothing, and must not look as if they did. */
export function refuseMachineOptions(
  command: Command,
  given: MachineOptions,
  which: string,
  others: readonly string[],
): void {
  const stray = command.options.find((option) => {
    const name = option.attributeName();
    return !others.includes(name) && name in given;
  });
  if (stray) command.error(`error: option '${stray.flags}' is for other kernels: it needs ${which}`);
}

export function machineTask({
  bootTimeout,
  timeout,
  memory,
  cpus,
  append,
  failOnWarning,
}: MachineOptions): Pick<MachineTask, 'bootWithin' | 'within' | 'memory' | 'cpus' | 'append' | 'failOnWarning'> {
  const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);
  return { bootWithin: milliseconds(bootTimeout), within: milliseconds(timeout), memory, cpus, append, failOnWarning };
}

/** Each `--kernel`, found or fetched. Two of one name are told apart by a number. */
export async function findKernels(words: readonly string[], option = '--kernel'): Promise<Kernel[]> {
  return (await locateKernels(words, [], option))();
}

/**
 * Each `--kernel`, and each tree of `--build`. Wrong ones are refused before any is fetched or built.
 *
 * @returns what fetches and builds them, in that order, as {@link findKernels}
 */
export async function locateKernels(
  words: readonly string[],
  folders: readonly string[],
  option = '--kernel',
): Promise<() => Promise<Kernel[]>> {
  const trees = folders.map(kernelTree);
  for (const word of words) await locateKernel(option, word);
  const twice = folders.find((folder, index) =>
    [...folders.slice(0, index), ...words].map(pathOf).some(isAlso(folder)),
  );
  if (twice !== undefined)
    throw new UsageError(`--build ${show(twice)}: the folder is given twice, and is one kernel: name it once`);
  return () => makeReady(words, trees, option);
}

async function makeReady(words: readonly string[], trees: readonly KernelTree[], option: string): Promise<Kernel[]> {
  const kernels: Kernel[] = [];
  const add = (kernel: Kernel) => {
    const namesakes = kernels.filter(({ name }) => name.replace(/#\d+$/, '') === kernel.name).length;
    kernels.push(namesakes === 0 ? kernel : { ...kernel, name: `${kernel.name}#${namesakes + 1}` });
  };
  for (const word of words) add(await findKernel(option, word, sayFetching));
  for (const tree of trees) add(await build(tree));
  return kernels;
}

export function sayFetching(release: string, size: number): void {
  say(`fetching ${packageName(release)} (${size} MiB)`);
}

function isAlso(folder: string): (other: string) => boolean {
  const real = realpathSync(pathOf(folder));
  return (other) => existsSync(other) && realpathSync(other) === real;
}

async function build(tree: KernelTree): Promise<Kernel> {
  say(`make ${tree.args.join(' ')}`);
  const started = now();
  const kernel = await buildKernel(tree, (text) => showProgress(text.trimEnd().split('\n').at(-1)));
  showProgress();
  say(`${kernel.name}: built in ${((now() - started) / 1000).toFixed(1)} s`);
  return kernel;
}

function seconds(text: string): number {
  return wholeNumber(text, Math.floor(LONGEST_TIMER / 1000), 'a whole number of seconds');
}

function wholeNumber(text: string, most: number, what = 'a whole number'): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new InvalidArgumentError(`It must be ${what} from 1 to ${most}.`);
}
