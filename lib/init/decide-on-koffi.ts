import { existsSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { foldersUp } from './folders-up.ts';
import { PNPM_BUILDS } from './koffi-script.ts';
import { decideOnKoffiInManifest, hasMember } from './manifest.ts';
import type { PackageManager } from './package-manager.ts';
import { endLine, type ProjectFiles } from './project-files.ts';

const PNPM_FILE = 'pnpm-workspace.yaml';

/**
 * The file that decides which install scripts run, from the project's folder. In a workspace it is at the top, and npm warns of a
 * decision elsewhere. npm reads `.npmrc` only where package.json has no `allowScripts`.
 */
export function decidingFile(files: ProjectFiles, manager: PackageManager): string {
  const upwards = foldersUp(files.folder);
  const from = (folder: string, name: string) => relative(files.folder, join(folder, name));
  if (manager === 'pnpm')
    return from(upwards.find((each) => existsSync(join(each, PNPM_FILE))) ?? files.folder, PNPM_FILE);
  const top = upwards
    .slice(1)
    .find((each) => hasMember(files.read(from(each, 'package.json')), relative(each, files.folder)));
  const manifest = from(top ?? files.folder, 'package.json');
  const npmrc = join(dirname(manifest), '.npmrc');
  const isNpmrc =
    manager === 'npm' &&
    /^\s*allow-scripts\b/m.test(files.read(npmrc) ?? '') &&
    !files.read(manifest)?.includes('"allowScripts"');
  return isNpmrc ? npmrc : manifest;
}

/** Writes the decision on koffi's script into that file, or says what to add by hand. */
export function decideOnKoffi(files: ProjectFiles, file: string, manager: PackageManager): void {
  const text = files.read(file) ?? '';
  const yaml = basename(file) === PNPM_FILE;
  const decided = 'it decides on koffi';
  const isManifest = basename(file) === 'package.json';
  // A package.json may name it among the dependencies alone.
  if (!isManifest && /\bkoffi\b/.test(text)) files.keep(file, decided);
  else if (basename(file) === '.npmrc') files.keep(file, '', ['allow-scripts[]=koffi']);
  else if (yaml && /^allowBuilds:|^[[{]|^---|^\.\.\./m.test(text))
    files.keep(file, '', PNPM_BUILDS.trimEnd().split('\n'));
  else if (yaml) files.add(file, `${endLine(text)}${PNPM_BUILDS}`, 'allowBuilds.koffi');
  else {
    const { text: amended, added } = decideOnKoffiInManifest(text, manager);
    if (added === '') files.keep(file, decided);
    else files.add(file, amended, added);
  }
}
