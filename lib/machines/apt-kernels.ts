import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa, execaSync } from 'execa';
import { findProgram } from '../kernel/find-program.ts';
import { show, UsageError } from '../kernel/validate.ts';
import { cached, kernelCache } from './cache.ts';
import { listModules, modulesIn } from './install-modules.ts';
import { type Kernel, KernelUnavailable } from './kernel.ts';
import { byNumber } from './kernel-folder.ts';

/** A kernel that the distribution has as a package. */
export interface KernelPackage {
  /** `uname -r`, and what `--kernel` takes: `6.1.0-40-cloud-amd64`. */
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
const NOT_BOOTABLE = /-(dbg|unsigned|signed-template)$/;

/** What can be had of Debian and its like, oldest first; nothing where there is no apt. */
export async function aptKernels(): Promise<KernelPackage[]> {
  if (!findProgram('apt-cache')) return [];
  const { stdout: names } = await execa('apt-cache', ['pkgnames', 'linux-image-']);
  const packages = names.split('\n').filter((name) => IMAGE.test(name) && !NOT_BOOTABLE.test(name));
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
  const [, release] = IMAGE.exec(field('Package') ?? '') ?? [];
  const [version, size] = [field('Version'), field('Size')];
  if (!release || !version || !size) return [];
  return [{ release, version, size: Math.round(Number(size) / 2 ** 20), fetched: isFetched(release) }];
}

/**
 * The package that a version means: its release, or the beginning of one, where the plain flavour stands for all
 * (`6.1.0-40` is `6.1.0-40-amd64`).
 */
export function packageOf(version: string, packages: readonly KernelPackage[]): KernelPackage | undefined {
  const exact = packages.find(({ release }) => release === version);
  if (exact) return exact;
  // The shortest is the plain one; of several equally plain ones, as for "6.1", the newest.
  const begun = packages.filter(
    ({ release }) => release.startsWith(version) && /^[-.+]/.test(release.slice(version.length)),
  );
  const plainest = Math.min(...begun.map(({ release }) => flavourOf(release).length));
  return begun.filter(({ release }) => flavourOf(release).length === plainest).at(-1);
}

/**
 * Fetches a package as any user can, with `apt-get download`, and unpacks it into the cache.
 *
 * @throws KernelUnavailable when apt cannot fetch it
 */
export function fetchKernel(release: string, onFetch?: () => void): Kernel {
  cached(release, (staging) => {
    onFetch?.();
    const { failed, stderr } = execaSync('apt-get', ['download', `linux-image-${release}`], {
      cwd: staging,
      reject: false,
    });
    if (failed)
      throw new KernelUnavailable(`linux-image-${release} cannot be fetched (try apt-get update):\n${stderr}`);
    const [file = ''] = readdirSync(staging);
    execaSync('dpkg', ['-x', file, '.'], { cwd: staging });
    rmSync(join(staging, file));
    listModules(staging, release);
  });
  return fetchedKernel(release);
}

/** The kernels in the cache, oldest first. */
export function fetchedKernels(): Kernel[] {
  const cache = kernelCache();
  if (!existsSync(cache)) return [];
  return readdirSync(cache).filter(isFetched).toSorted(byNumber).map(fetchedKernel);
}

function isFetched(release: string): boolean {
  return existsSync(fetchedKernel(release).image);
}

function fetchedKernel(release: string): Kernel {
  const root = join(kernelCache(), release);
  return { name: release, release, image: join(root, 'boot', `vmlinuz-${release}`), modules: modulesIn(root, release) };
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
