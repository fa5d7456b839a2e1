import type { TestContext } from 'vitest';
import { findProgram } from '../../lib/kernel/find-program.ts';
import { fetchedKernels } from '../../lib/machines/apt-kernels.ts';
import type { Kernel } from '../../lib/machines/kernel.ts';

/** A small kernel that has been fetched; without one, or without QEMU, the test is skipped, saying how to get it. */
export function kernelHere(skip: TestContext['skip']): Kernel {
  if (!findProgram('qemu-system-x86_64')) skip('needs QEMU: apt-get install qemu-system-x86');
  if (!findProgram('busybox')) skip('needs a static busybox: apt-get install busybox-static');
  const [oldest] = fetchedKernels().filter(({ release }) => release.includes('cloud'));
  // A worker has no network to fetch one by.
  return (
    oldest ?? skip('needs a kernel: npx hairpin kernels fetch 6.1.0-40-cloud-amd64, or another of npx hairpin kernels')
  );
}
