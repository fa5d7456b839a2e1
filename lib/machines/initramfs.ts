import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRootOfMachine } from '../kernel/namespaces/user-namespace.ts';
import { type CpioEntry, cpioArchive, DIRECTORY, PLAIN_FILE, PROGRAM } from './cpio.ts';
import { initScript, type Share } from './guest-scripts.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';
import { moduleClosure } from './module-closure.ts';
import { busyboxProgram, virtiofsdProgram } from './programs.ts';

/** By the way that the root comes in: what the kernel needs for it, as modules' names and as options. */
const NEEDED: Record<Share, readonly (readonly [module: string, option: string])[]> = {
  virtiofs: [
    ['virtio_pci', 'CONFIG_VIRTIO_PCI'],
    ['virtiofs', 'CONFIG_VIRTIO_FS'],
    ['overlay', 'CONFIG_OVERLAY_FS'],
  ],
  '9p': [
    ['virtio_pci', 'CONFIG_VIRTIO_PCI'],
    ['9pnet_virtio', 'CONFIG_NET_9P_VIRTIO'],
    ['9p', 'CONFIG_9P_FS'],
    ['overlay', 'CONFIG_OVERLAY_FS'],
  ],
  hostfs: [
    ['hostfs', 'CONFIG_HOSTFS'],
    ['overlay', 'CONFIG_OVERLAY_FS'],
  ],
};

/** What a lab takes for granted: the kernel loads all else by `modprobe` when it is asked for it. */
const TAKEN_FOR_GRANTED = ['ipv6'];

/** A way for the root that both this machine and the kernel have, with the modules that it takes. */
export interface ShareChoice {
  share: Share;
  /** Files on this machine, in the order in which to load them. */
  modules: string[];
}

/**
 * virtiofs where there is a virtiofsd and the kernel knows it, 9p otherwise; hostfs for User-Mode Linux.
 *
 * @throws KernelUnavailable naming the options that the kernel lacks
 */
export function chooseShare(kernel: Kernel, shares: readonly Share[] = sharesFor(kernel)): ShareChoice {
  const { name, modules } = kernel;
  const reasons: string[] = [];
  for (const share of shares) {
    // Without a folder of modules all must be in the image: the guest tells, where it is not.
    if (!modules) return { share, modules: [] };
    const needed = NEEDED[share];
    const { paths, missing } = moduleClosure(
      { dependencies: read(modules, 'modules.dep'), builtin: read(modules, 'modules.builtin') },
      [...needed.map(([module]) => module), ...TAKEN_FOR_GRANTED],
    );
    const lacking = needed.filter(([module]) => missing.includes(module)).map(([, option]) => option);
    if (lacking.length === 0) return { share, modules: paths.map((path) => join(modules, path)) };
    reasons.push(`for ${share} it lacks ${lacking.join(', ')}`);
  }
  const install = shares[0] !== '9p' ? '' : ', and there is no virtiofsd for it here that serves this user';
  throw new KernelUnavailable(`kernel ${name} cannot have this machine's root: ${reasons.join('; ')}${install}`);
}

/**
 * overlayfs opens files with O_NOATIME, which the owner alone may: for an ordinary user QEMU's 9p opens them anew without
 * it (`openat_file`), QEMU's own virtiofsd of before 8.0 does not, and no program would run.
 */
function sharesFor({ userMode }: Kernel): Share[] {
  if (userMode) return ['hostfs'];
  const program = virtiofsdProgram();
  const strict = program !== undefined && /qemu\/virtiofsd$/.test(program) && !isRootOfMachine();
  return program && !strict ? ['virtiofs', '9p'] : ['9p'];
}

/** The kernel's first root: a busybox, the modules, and the first process. */
export function initramfs({ share, modules: files }: ShareChoice): Buffer {
  const modules = files.map((file, index) => `/modules/${index}-${basename(file)}`);
  const entries: CpioEntry[] = [
    ...['bin', 'dev', 'modules'].map((path) => ({ path, mode: DIRECTORY })),
    { path: 'bin/busybox', content: readFileSync(busyboxProgram()), mode: PROGRAM },
    ...files.map((file, index) => ({
      path: (modules[index] as string).slice(1),
      content: readFileSync(file),
      mode: PLAIN_FILE,
    })),
    { path: 'init', content: initScript({ share, modules }), mode: PROGRAM },
  ];
  return cpioArchive(entries);
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
