import type { TestContext } from 'vitest';
import { findProgram } from '../../lib/kernel/find-program.ts';
import { fetchedKernels } from '../../lib/machines/apt-kernels.ts';
import { chooseShare } from '../../lib/machines/initramfs.ts';
import type { Kernel } from '../../lib/machines/kernel.ts';

/** A kernel that has been fetched; without one, or without QEMU, the test is skipped, saying how to get it. */
export function kernelHere(skip: TestContext['skip']): Kernel {
  if (!findProgram('qemu-system-x86_64')) skip('needs QEMU: apt-get install qemu-system-x86');
  if (!findProgram('busybox')) skip('needs a static busybox: apt-get install busybox-static');
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
