import { existsSync, statSync } from 'node:fs';
import { aptKernels, fetchedKernels, fetchKernel, packageOf } from './apt-kernels.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';
import { kernelOfImage, kernelsIn } from './kernel-folder.ts';

/**
 * What `--kernel` means: the file of an image, a folder with one, or the version of a package, which is fetched unless
 * it has been.
 *
 * @throws KernelUnavailable saying what it takes
 */
export async function findKernel(word: string, onFetch?: (release: string, size: number) => void): Promise<Kernel> {
  if (existsSync(word)) return statSync(word).isDirectory() ? onlyKernelIn(word) : kernelOfImage(word);
  if (word.includes('/')) throw new KernelUnavailable(`--kernel ${word}: there is no such file or folder`);
  // What has been fetched stays, though the distribution has newer ones by now.
  const here = fetchedKernels().find(({ release }) => release === word);
  if (here) return here;
  const found = packageOf(word, await aptKernels());
  if (found) return fetchKernel(found.release, () => onFetch?.(found.release, found.size));
  throw new KernelUnavailable(
    `--kernel must be a bzImage, a folder with one, or the version of a package such as 6.1.0-40-amd64: received ${word}. ` +
      'See: hairpin kernels',
  );
}

function onlyKernelIn(folder: string): Kernel {
  const kernels = kernelsIn(folder);
  const [first] = kernels;
  if (first && kernels.length === 1) return first;
  throw new KernelUnavailable(
    first
      ? `${folder} has ${kernels.length} kernels; name one: ${kernels.map(({ image }) => image).join(', ')}`
      : `${folder} has no kernel: neither arch/x86/boot/bzImage of a build, nor a vmlinuz-… or bzImage in it or in its boot/`,
  );
}
