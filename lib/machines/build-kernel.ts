import { readFileSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { show, UsageError } from '../base/validate.ts';
import { dieWithParentCommand } from '../kernel/namespaces/own-namespaces.ts';
import { lastLines } from './console.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';
import { kernelsIn, LOOKED_FOR } from './kernel-folder.ts';
import { makeProgram } from './programs.ts';
import { gatherOutput, startProgram } from './start-program.ts';
import { pathOf, USER_MODE, userModeKernel } from './user-mode.ts';

/** A kernel's tree that is to be built, and the arguments of `make` that build it. */
export interface KernelTree {
  folder: string;
  args: string[];
  userMode: boolean;
}

/**
 * The tree of `--build`: a kernel's sources, or the folder of a build outside of them (`make O=`), with a `.config`; behind `um:` it
 * becomes User-Mode Linux. It is looked at only, so that all are known before the first is built.
 *
 * @throws UsageError where it is none
 */
export function kernelTree(word: string): KernelTree {
  const [folder, userMode] = [pathOf(word), word.startsWith(USER_MODE)];
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory();
  if (!isFolder) throw new UsageError(`--build ${show(word)}: there is no such folder`);
  const missing = ['Makefile', '.config'].find((name) => !statSync(join(folder, name), { throwIfNoEntry: false }));
  if (missing)
    throw new UsageError(
      `--build ${show(word)}: it must be the tree of a configured kernel: it has no ${missing}` +
        (missing === '.config'
          ? `. Make one there (make ${userMode ? 'ARCH=um ' : ''}defconfig); see: hairpin kernels config`
          : ''),
    );
  // `make modules` fails without (scripts/Makefile: "The present kernel configuration has modules disabled").
  const modules = /^CONFIG_MODULES=y$/m.test(readFileSync(join(folder, '.config'), 'utf8')) ? ['modules'] : [];
  const targets = [...(userMode ? ['ARCH=um', 'linux'] : ['bzImage']), ...modules];
  return { folder, args: ['-C', folder, `-j${availableParallelism()}`, ...targets], userMode };
}

/**
 * Builds it, as its `make` sees fit: only what has changed.
 *
 * @param onOutput gets what make prints, as it comes
 * @throws KernelUnavailable where make fails, with the last that it printed
 */
export async function buildKernel(
  { folder, args, userMode }: KernelTree,
  onOutput: (text: string) => void = () => {},
): Promise<Kernel> {
  const texts: string[] = [];
  // make ends its compilers when it is asked to end, and takes away what they had half made.
  const { child, ended } = startProgram([...dieWithParentCommand('TERM'), makeProgram(), ...args]);
  for (const stream of [child.stdout, child.stderr])
    gatherOutput(stream, (text) => {
      texts.push(text);
      onOutput(text);
    });
  const exitCode = await ended;
  if (exitCode !== 0)
    throw new KernelUnavailable(
      `make ${args.join(' ')} failed (${exitCode < 0 ? 'a signal ended it' : `exit code ${exitCode}`}):\n` +
        lastLines(texts.join(''))
          .map((line) => `  ${line}`)
          .join('\n'),
    );
  if (userMode) return userModeKernel(folder);
  const [kernel] = kernelsIn(folder);
  if (!kernel) throw new KernelUnavailable(`make ${args.join(' ')} has made no kernel: ${LOOKED_FOR}`);
  return kernel;
}
