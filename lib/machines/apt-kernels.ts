import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { show, UsageError } from '../base/validate.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import { cached, kernelCache } from './cache.ts';
import { listModules, modulesIn } from './install-modules.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';
import { byNumber } from './kernel-folder.ts';
import { userModeKernel } from './user-mode.ts';

/** A kernel that the distribution has as a package. */
export interface KernelPackage {
  /** What `--kernel` takes: `uname -r`, `6.1.0-40-cloud-amd64`; of User-Mode Linux `um-` and the package's version. */
  release: string;
  /** The package's version, as `6.1.153-1`. */
  version: string;
  /** Mebibytes to fetch. */
  size: number;
  /** Whether it is in the cache. */
  fetched: boolean;
}

/** `linux-image-6.1.0-40-amd64`; neither the metapackage linux-image-amd64 nor debug symbols. */
const IMAGE = /^linux-image-(\d+\.\d+\.\d[\w.+~-]*)$/;
/** User-Mode Linux, of which there is one package. */
const USER_MODE = 'user-mode-linux';
const NOT_BOOTABLE = /-(dbg|unsigned|signed-template)$/;

/** What can be had of Debian and its like, oldest first; nothing where there is no apt. */
export async function aptKernels(): Promise<KernelPackage[]> {
  if (!findProgram('apt-cache')) return [];
  // All names at once: where apt may keep no cache, as in containers, each call takes a second.
  const { stdout: names } = await execa('apt-cache', ['pkgnames']);
  const packages = names
    .split('\n')
    .filter((name) => name === USER_MODE || (IMAGE.test(name) && !NOT_BOOTABLE.test(name)));
  if (packages.length === 0) return [];
  const { stdout } = await execa('apt-cache', ['--no-all-versions', 'show', ...packages]);
  return stdout
    .split('\n\n')
    .flatMap(readRecord)
    .toSorted((a, b) => byNumber(a.release, b.release));
}

/** One package of `apt-cache show`. */
function readRecord(record: string): KernelPackage[] {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1];
  const [name = '', version, size] = [field('Package'), field('Version'), field('Size')];
  const release = name === USER_MODE ? `um-${version}` : IMAGE.exec(name)?.[1];
  if (!release || !version || !size) return [];
  return [{ release, version, size: Math.round(Number(size) / 2 ** 20), fetched: isFetched(release) }];
}

/** Instead of a version: the newest package of the plain flavour. */
const NEWEST = 'newest';

/**
 * The package that a version means: its release, or the beginning of one, where the plain flavour stands for all
 * (`6.1.0-40` is `6.1.0-40-amd64`); or `newest`.
 */
export function packageOf(version: string, packages: readonly KernelPackage[]): KernelPackage | undefined {
  const exact = packages.find(({ release }) => release === version);
  if (exact) return exact;
  // The shortest is the plain one; of several equally plain ones, as for "6.1", the newest.
  const begun = packages.filter(({ release }) =>
    version === NEWEST
      ? !isUserMode(release)
      : release.startsWith(version) && /^[-.+]/.test(release.slice(version.length)),
  );
  const plainest = Math.min(...begun.map(({ release }) => flavourOf(release).length));
  return begun.filter(({ release }) => flavourOf(release).length === plainest).at(-1);
}

/** Its name in the distribution. */
export function packageName(release: string): string {
  return isUserMode(release) ? USER_MODE : `linux-image-${release}`;
}

function isUserMode(release: string): boolean {
  return release.startsWith('um-');
}

/**
 * Fetches a package as any user can, with `apt-get download`, and unpacks it into the cache.
 *
 * @throws KernelUnavailable when apt cannot fetch it
 */
export function fetchKernel(release: string, onFetch?: () => void): Kernel {
  cached(release, (staging) => {
    onFetch?.();
    const name = packageName(release);
    const { failed, stderr } = execaSync('apt-get', ['download', name], {
      cwd: staging,
      reject: false,
    });
    if (failed) throw new KernelUnavailable(`${name} cannot be fetched (try apt-get update):\n${stderr}`);
    const [file = ''] = readdirSync(staging);
    execaSync('dpkg', ['-x', file, '.'], { cwd: staging });
    rmSync(join(staging, file));
    // Its package has the lists of modules; those of the others are made when they are installed.
    if (!isUserMode(release)) listModules(staging, release);
  });
  return kernelInCache(release);
}

export function fetchedKernel(release: string): Kernel | undefined {
  return isFetched(release) ? kernelInCache(release) : undefined;
}

function isFetched(release: string): boolean {
  return existsSync(imageOf(release));
}

function imageOf(release: string): string {
  const root = join(kernelCache(), release);
  return isUserMode(release) ? join(root, 'usr/bin/linux.uml') : join(root, 'boot', `vmlinuz-${release}`);
}

function kernelInCache(release: string): Kernel {
  const image = imageOf(release);
  if (isUserMode(release)) return userModeKernel(image);
  return { name: release, release, image, modules: modulesIn(join(kernelCache(), release), release) };
}

/**
 * The packages from one release to another, both left out, of the flavour of the first: `-cloud-amd64`.
 *
 * @throws UsageError when the two are no packages, or not of one flavour
 */
export function kernelsBetween(good: string, bad: string, packages: readonly KernelPackage[]): string[] {
  const [first, last] = [packageOf(good, packages)?.release, packageOf(bad, packages)?.release];
  if (!first || !last || flavourOf(first) !== flavourOf(last)) {
    throw new UsageError(
      `${show(good)} and ${show(bad)} are not two packages of one flavour: name the kernels between them, oldest first`,
    );
  }
  const releases = packages.map(({ release }) => release).filter((release) => flavourOf(release) === flavourOf(first));
  return releases.slice(releases.indexOf(first) + 1, releases.indexOf(last));
}

/** `cloud-amd64` of `6.1.0-40-cloud-amd64` and of `6.12.117+deb12-cloud-amd64`. */
function flavourOf(release: string): string {
  return release.replace(/^[\d.]+(?:[+~][\w.]+)?(?:-\d+)?-/, '');
}
