import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

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

function isAbandoned(name: string): boolean {
  const [, pid] = STAGING.exec(name) ?? [];
  return pid !== undefined && !existsSync(`/proc/${pid}`);
}
