import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execaSync } from 'execa';
import { show } from '../base/validate.ts';
import { isExecutable } from '../kernel/programs/find-program.ts';
import { installModules } from './install-modules.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';

/** What stands before the path of a kernel that is a program: `--kernel um:../linux`. */
export const USER_MODE = 'um:';

/** Where a word for a kernel points, whatever kind of kernel is there. */
export function pathOf(word: string): string {
  return word.startsWith(USER_MODE) ? word.slice(USER_MODE.length) : word;
}

/**
 * User-Mode Linux: the program itself, or the tree in which `make ARCH=um` has built it.
 *
 * @throws KernelUnavailable where it is none
 */
export function userModeKernel(path: string): Kernel {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const image = isFolder ? join(path, 'linux') : path;
  const release = releaseOf(image);
  const folder = isFolder ? path : modulesBeside(image, release);
  const modules = folder && existsSync(join(folder, 'modules.order')) ? installModules(folder, release) : undefined;
  return { name: `um-${release}`, release, image, userMode: true, ...(modules ? { modules } : {}) };
}

/** What it is given. The descriptors are numbers in the program. */
export interface UserModeProgram {
  initramfs: number;
  /** Of a socket that gets what the guest writes to its second serial line. */
  output: number;
  /** Mebibytes. */
  memory: number;
  /** Behind the kernel's other arguments. */
  append?: string | undefined;
}

/** The folder for its memory and its files, which is gone with it: a tmpfs in its own mount namespace. */
export const MEMORY = '/dev/shm';

/** As the kernels in QEMU (`KERNEL_ARGUMENTS`): after a panic it ends by itself (`panic_exit`). */
export function userModeArguments({ initramfs, output, memory, append }: UserModeProgram): string[] {
  return [
    ...[`mem=${memory}M`, `initrd=/proc/self/fd/${initramfs}`, `uml_dir=${MEMORY}/`],
    ...['con=null', 'con0=null,fd:1', 'ssl=null', `ssl1=fd:${output},fd:${output}`, 'console=tty0'],
    ...['loglevel=6', 'printk.devkmsg=on', 'panic=-1', 'oops=panic', ...(append ? [append] : [])],
  ];
}

/** The program says it (`--version`, `uml_version_setup`). */
function releaseOf(image: string): string {
  if (!isExecutable(image))
    throw new KernelUnavailable(`${image} is no program: make ARCH=um makes one, linux, in the kernel's tree`);
  const { stdout = '' } = execaSync(image, ['--version'], { reject: false, timeout: 5000, stdin: 'ignore' });
  // It becomes the name of files, and of a folder that is cleared.
  if (/^\d[\w.+~:@-]{0,63}$/.test(stdout)) return stdout;
  throw new KernelUnavailable(
    `${image} is no User-Mode Linux: its --version has printed ${show(stdout.slice(0, 64))}, which is no release`,
  );
}

/** Where a tree or Debian's package has them: /usr/bin/linux.uml has /usr/lib/uml/modules. */
function modulesBeside(image: string, release: string): string | undefined {
  const folder = dirname(image);
  return [folder, join(folder, '../lib/uml/modules', release)].find((each) => existsSync(join(each, 'modules.order')));
}
