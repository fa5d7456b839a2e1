import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { cached } from './cache.ts';
import { busyboxProgram } from './programs.ts';

/**
 * A kernel's folder of modules as the guest's `modprobe` needs it, with the lists that `depmod` makes. Packages make them
 * when they are installed, not when they are unpacked, and a build's modules lie all over it: of those, a copy is kept in
 * the cache.
 *
 * @param folder `lib/modules/<release>`, or the top of a build
 */
export function installModules(folder: string, release: string): string {
  if (existsSync(join(folder, 'modules.dep'))) return resolve(folder);
  const order = join(folder, 'modules.order');
  const age = existsSync(order) ? statSync(order).mtimeMs : 0;
  const key = createHash('sha256')
    .update(`${resolve(folder)} ${age}`)
    .digest('hex')
    .slice(0, 12);
  const root = cached(`modules-${release}-${key}`, (staging) => {
    const target = modulesIn(staging, release);
    mkdirSync(target, { recursive: true });
    if (existsSync(join(folder, 'kernel/drivers'))) cpSync(folder, target, { recursive: true });
    else copyBuild(folder, target);
    listModules(staging, release);
  });
  return modulesIn(root, release);
}

/** As `depmod` does, for a tree in which the modules are at `lib/modules/<release>`. */
export function listModules(root: string, release: string): void {
  execaSync(busyboxProgram(), ['depmod', '-b', root, release]);
}

export function modulesIn(root: string, release: string): string {
  return join(root, 'lib/modules', release);
}

/** What `make modules_install` does, of a build that lists its modules (`modules.order`) and has them beside their sources. */
function copyBuild(build: string, target: string): void {
  for (const name of ['modules.order', 'modules.builtin', 'modules.builtin.modinfo']) {
    if (existsSync(join(build, name))) copyFileSync(join(build, name), join(target, name));
  }
  for (const line of readFileSync(join(build, 'modules.order'), 'utf8').split('\n').filter(Boolean)) {
    // Until 6.1 as they are installed, kernel/net/8021q/8021q.ko; since then as they are built, net/8021q/8021q.o.
    const path = line.replace(/^kernel\//, '').replace(/\.o$/, '.ko');
    const copy = join(target, 'kernel', path);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(build, path), copy);
  }
}
