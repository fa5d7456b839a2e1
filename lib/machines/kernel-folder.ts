import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { show } from '../base/validate.ts';
import { installModules } from './install-modules.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';

/** What a folder without a kernel lacks. */
export const LOOKED_FOR = 'neither arch/x86/boot/bzImage of a build, nor a vmlinuz-… or bzImage in it or in its boot/';

/**
 * The kernels in a folder: of an unpacked package (`boot/vmlinuz-…`, `lib/modules/…`), of a `/boot`, of a build
 * (`arch/x86/boot/bzImage`), or simply with images in it.
 *
 * @throws KernelUnavailable for a build whose modules cannot be made out
 */
export function kernelsIn(folder: string): Kernel[] {
  const build = join(folder, 'arch/x86/boot/bzImage');
  if (existsSync(build)) return [kernelOfBuild(folder, build)];
  const boot = join(folder, 'boot');
  const place = existsSync(boot) ? boot : folder;
  return readdirSync(place)
    .filter((name) => /^(vmlinuz|bzImage)/.test(name))
    .toSorted(byNumber)
    .map((name) => kernelOfImage(join(place, name)));
}

/** A kernel's image, with the modules that lie where its package or `make modules_install` puts them. */
export function kernelOfImage(image: string): Kernel {
  const release = releaseOf(image);
  const roots = [dirname(image), dirname(dirname(image)), '/'];
  const folder = roots
    .flatMap((root) => [join(root, 'lib/modules', release), join(root, 'usr/lib/modules', release)])
    .find((each) => existsSync(each));
  return { name: release, release, image, ...(folder ? { modules: installModules(folder, release) } : {}) };
}

function kernelOfBuild(folder: string, image: string): Kernel {
  const release = releaseOf(image);
  // INSTALL_MOD_PATH may be the tree itself; what was once installed there may be older than what is built.
  const installed = join(folder, 'lib/modules', release);
  const place = existsSync(join(folder, 'modules.order')) ? folder : existsSync(installed) ? installed : undefined;
  const modules = place === undefined ? undefined : installModules(place, release);
  return { name: release, release, image, ...(modules ? { modules } : {}) };
}

/**
 * `uname -r`, out of the image's header (the kernel's Documentation/arch/x86/boot.rst: `header` "HdrS" at 0x202,
 * `kernel_version` at 0x20e counts from 0x200).
 */
export function releaseOf(image: string): string {
  const file = openSync(image, 'r');
  try {
    const head = Buffer.alloc(0x10000);
    const length = readSync(file, head, 0, head.length, 0);
    if (length < 0x210 || head.toString('latin1', 0x202, 0x206) !== 'HdrS') {
      throw new KernelUnavailable(`${image} is no bzImage of Linux: it has no boot header ("HdrS" at 0x202)`);
    }
    const start = head.readUInt16LE(0x20e) + 0x200;
    const version = start === 0x200 ? '' : head.toString('latin1', start, head.indexOf(0, start));
    const [release = ''] = version.split(' ');
    // It becomes the name of files, and of a folder that is cleared.
    if (!/^\d[\w.+~:@-]{0,63}$/.test(release))
      throw new KernelUnavailable(
        `${image} does not say which kernel it is: its boot header has ${show(release.slice(0, 64))} where the release should be (kernel_version at 0x20e)`,
      );
    return release;
  } finally {
    closeSync(file);
  }
}

/** 6.1.0-9 before 6.1.0-40. */
export function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
