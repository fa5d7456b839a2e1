import { existsSync, readdirSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { fetchedKernel } from '../../lib/machines/apt-kernels.ts';
import { kernelCache } from '../../lib/machines/cache.ts';
import { chooseShare } from '../../lib/machines/initramfs.ts';
import type { Kernel } from '../../lib/machines/kernel.ts';
import { byNumber } from '../../lib/machines/kernel-folder.ts';
import { withoutPrograms } from '../needs.ts';

/**
 * How long a test with a guest may take. Without KVM, on a machine that is busy five times over, vitest takes ten minutes there to begin
 * a new project. What hangs is ended by the machine's own time-outs.
 */
export const GUEST = { timeout: 1_800_000 };

/** A kernel that has been fetched. Without one the test is skipped, and says how to get it. */
export function kernelHere(skip: TestContext['skip']): Kernel {
  const why = withoutPrograms('qemu-system-x86_64', 'busybox');
  if (why) skip(why);
  // A worker has no network to fetch one by.
  const kernels = fetched((release) => !release.startsWith('um-'));
  const oldest = kernels.find((kernel) => !whyNot(kernel));
  const first = kernels.map(whyNot).find(Boolean);
  return oldest ?? skip(first ?? 'needs a kernel: npx hairpin kernels fetch 6.1, or another of npx hairpin kernels');
}

/** User-Mode Linux that has been fetched. */
export function userModeHere(skip: TestContext['skip']): Kernel {
  const why = withoutPrograms('busybox');
  if (why) skip(why);
  return fetched((release) => release.startsWith('um-'))[0] ?? skip('needs a kernel: npx hairpin kernels fetch um');
}

/** Those in the cache, oldest first. */
function fetched(isWanted: (release: string) => boolean): Kernel[] {
  const releases = existsSync(kernelCache()) ? readdirSync(kernelCache()).filter(isWanted).toSorted(byNumber) : [];
  return releases.flatMap((release) => fetchedKernel(release) ?? []);
}

function whyNot(kernel: Kernel): string | undefined {
  try {
    chooseShare(kernel);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
