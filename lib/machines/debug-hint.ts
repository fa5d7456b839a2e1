import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { shellLine } from '../report/script/shell-words.ts';
import type { Kernel } from './kernel.ts';

const BUILT_IMAGE = 'arch/x86/boot/bzImage';

/**
 * How to attach gdb to a guest that waits for it: the command to paste into another terminal, and where the kernel's symbols
 * come from if they are not here.
 *
 * @param socket what QEMU listens at
 */
export function debugHint(kernel: Pick<Kernel, 'release' | 'image'>, socket: string): string {
  const symbols = placesOfSymbols(kernel).find((path) => existsSync(path));
  const at = shellLine('-ex', `target remote ${relative(process.cwd(), socket)}`);
  const command = `${shellLine('gdb', symbols)} ${at}`;
  if (symbols !== undefined) return command;
  return `${command}\n${kernel.release} has no symbols here: apt-get install linux-image-${kernel.release}-dbg (Debian), or build it with CONFIG_DEBUG_INFO`;
}

/** Of a build, in its tree; of Debian's package linux-image-…-dbg; of Ubuntu's and Fedora's. */
function placesOfSymbols({ release, image }: Pick<Kernel, 'release' | 'image'>): string[] {
  const tree = image.endsWith(BUILT_IMAGE) ? [`${image.slice(0, -BUILT_IMAGE.length)}vmlinux`] : [];
  const installed = [`boot/vmlinux-${release}`, `lib/modules/${release}/vmlinux`].map(
    (path) => `/usr/lib/debug/${path}`,
  );
  return [...tree, ...installed];
}
