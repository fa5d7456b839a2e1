import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { cached, holdOnly } from './cache.ts';
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
  const isBuild = !existsSync(join(folder, 'kernel/drivers'));
  const name = `modules-${digest(resolve(folder))}`;
  // A module may be linked again while the list of them stays (modpost: the checksum of a symbol elsewhere has changed).
  const files = ['modules.order', ...(isBuild ? modulesOf(folder) : [])].map((file) => stateOf(join(folder, file)));
  const fill = (staging: string) => {
    const target = modulesIn(staging, release);
    mkdirSync(target, { recursive: true });
    if (isBuild) copyBuild(folder, target);
    else cpSync(folder, target, { recursive: true });
    listModules(staging, release);
  };
  // What an earlier build of the folder has left is dropped: a tree that is built all day would fill the disk.
  const root = holdOnly(name, () => cached(`${name}-${release}-${digest(files.join())}`, fill));
  return modulesIn(root, release);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function stateOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.mtimeMs} ${stats.size}` : '';
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
  for (const path of modulesOf(build)) {
    const copy = join(target, 'kernel', path);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(build, path), copy);
  }
}

/** Paths in a build. */
function modulesOf(build: string): string[] {
  // Until 6.1 as they are installed, kernel/net/8021q/8021q.ko; since then as they are built, net/8021q/8021q.o.
  return readFileSync(join(build, 'modules.order'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.replace(/^kernel\//, '').replace(/\.o$/, '.ko'));
}
