import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { unlessCode } from '../base/has-code.ts';
import { LOCK_EX, LOCK_NB } from '../kernel/constants.ts';
import { flock } from '../kernel/libc.ts';

/** Where kernels are kept, by the XDG Base Directory rules: `~/.cache/hairpin/kernels`. */
export function kernelCache(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hairpin', 'kernels');
}

const STAGING = /^\.staging-(\d+)-/;

/**
 * A folder of the cache, which is either not there or complete: `fill` works on another, which then takes its name. What
 * a run that was killed has left of one is removed by the next.
 */
export function cached(name: string, fill: (folder: string) => void): string {
  const cache = kernelCache();
  const target = join(cache, name);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  for (const left of readdirSync(cache).filter(isAbandoned))
    rmSync(join(cache, left), { recursive: true, force: true });
  const staging = mkdtempSync(join(cache, `.staging-${process.pid}-`));
  try {
    fill(staging);
    renameSync(staging, target);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(target)) throw error;
  }
  return target;
}

/** Removes a folder of the cache, if it is there. */
export function dropCached(name: string): void {
  if (name === '' || basename(name) !== name) throw new Error(`no folder of the cache: '${name}'`);
  rmSync(join(kernelCache(), name), { recursive: true, force: true });
}

const LOCK_SH = 1;
/** By what they are copies of: descriptors of folders of the cache, which are locked (flock(2)) until this process ends. */
const held = new Map<string, number>();

/**
 * A folder of the cache that no other process drops while this one lives. Folders whose names begin alike are dropped, but
 * for those that others hold.
 *
 * @param name how their names begin
 * @param make makes the folder where it is not there, and returns it
 */
export function holdOnly(name: string, make: () => string): string {
  const before = held.get(name);
  if (before !== undefined) closeSync(before);
  held.delete(name);
  for (;;) {
    const folder = make();
    const fd = openFolder(folder);
    if (fd === undefined) continue;
    // Waits for the one that drops it just now.
    flock(fd, LOCK_SH);
    if (fstatSync(fd).ino === statSync(folder, { throwIfNoEntry: false })?.ino) {
      held.set(name, fd);
      dropOthers(folder, name);
      return folder;
    }
    closeSync(fd);
  }
}

function dropOthers(kept: string, name: string): void {
  for (const each of readdirSync(kernelCache())) {
    const other = join(kernelCache(), each);
    const fd = each.startsWith(`${name}-`) && other !== kept ? openFolder(other) : undefined;
    if (fd === undefined) continue;
    if (flock(fd, LOCK_EX | LOCK_NB) === 0) rmSync(other, { recursive: true, force: true });
    closeSync(fd);
  }
}

/** Undefined when another process has dropped it. */
function openFolder(folder: string): number | undefined {
  return unlessCode(['ENOENT'], () => openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY), undefined);
}

function isAbandoned(name: string): boolean {
  const [, pid] = STAGING.exec(name) ?? [];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}
