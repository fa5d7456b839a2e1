import { existsSync, statSync } from 'node:fs';
import { show, UsageError } from '../base/validate.ts';
import { aptKernels, fetchedKernel, fetchKernel, type KernelPackage, packageOf } from './apt-kernels.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';
import { kernelOfImage, kernelsIn, LOOKED_FOR } from './kernel-folder.ts';
import { pathOf, USER_MODE, userModeKernel } from './user-mode.ts';

/**
 * What `--kernel` means: the file of an image, a folder with one, `um:` and a program or tree of User-Mode Linux, or the version
 * of a package, which is fetched unless it has been.
 *
 * @param option what the word was given as: `--kernel`
 * @throws UsageError when it means none; KernelUnavailable when it cannot be fetched
 */
export async function findKernel(
  option: string,
  word: string,
  onFetch?: (release: string, size: number) => void,
): Promise<Kernel> {
  const found = await locateKernel(option, word);
  return 'image' in found ? found : fetchKernel(found.release, () => onFetch?.(found.release, found.size));
}

/** The same, without fetching: before any is booted all are to be known. */
export async function locateKernel(option: string, word: string): Promise<Kernel | KernelPackage> {
  if (word.startsWith(USER_MODE)) return kernelAt(option, word);
  if (word !== '' && existsSync(word)) return kernelAt(option, word);
  if (word.includes('/')) throw new UsageError(`${option} ${show(word)}: there is no such file or folder`);
  // What has been fetched stays, though the distribution has newer ones by now.
  const here = fetchedKernel(word);
  if (here) return here;
  const found = word === '' ? undefined : packageOf(word, await aptKernels());
  if (found) return found;
  throw new UsageError(
    `${option} must be a bzImage, a folder with one, um, um:FOLDER, newest, or the version of a package such as 6.1.0-40-amd64: received ` +
      `${show(word)}. See: hairpin kernels`,
  );
}

function kernelAt(option: string, path: string): Kernel {
  try {
    if (path.startsWith(USER_MODE)) return userModeKernel(pathOf(path));
    return statSync(path).isDirectory() ? onlyKernelIn(path) : kernelOfImage(path);
  } catch (error) {
    if (error instanceof KernelUnavailable) throw new UsageError(`${option} ${show(path)}: ${error.message}`);
    throw error;
  }
}

function onlyKernelIn(folder: string): Kernel {
  const kernels = kernelsIn(folder);
  const [first] = kernels;
  if (first && kernels.length === 1) return first;
  throw new KernelUnavailable(
    first
      ? `the folder has ${kernels.length} kernels; name one: ${kernels.map(({ image }) => image).join(', ')}`
      : `the folder has no kernel: ${LOOKED_FOR}`,
  );
}
