import type { TestContext } from 'vitest';
import { fetchedKernels } from '../../lib/machines/apt-kernels.ts';
import { chooseShare } from '../../lib/machines/initramfs.ts';
import type { Kernel } from '../../lib/machines/kernel.ts';
import { withoutPrograms } from '../needs.ts';

/** A kernel that has been fetched. Without one the test is skipped, and says how to get it. */
export function kernelHere(skip: TestContext['skip']): Kernel {
  const why = withoutPrograms('qemu-system-x86_64', 'busybox');
  if (why) skip(why);
  // A worker has no network to fetch one by.
  const [oldest] = fetchedKernels().filter((kernel) => !whyNot(kernel));
  const first = fetchedKernels().map(whyNot).find(Boolean);
  return oldest ?? skip(first ?? 'needs a kernel: npx hairpin kernels fetch 6.1, or another of npx hairpin kernels');
}

function whyNot(kernel: Kernel): string | undefined {
  try {
    chooseShare(kernel);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
