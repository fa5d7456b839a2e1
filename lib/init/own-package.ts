import { readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What hairpin's own package.json says. */
export interface OwnPackage {
  /** The folder that it is in. */
  root: string;
  version: string;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** What the package.json of a new project asks for. */
export interface ProjectDependencies extends Pick<OwnPackage, 'peerDependencies' | 'devDependencies'> {
  /** The range of hairpin's versions, or a file. */
  hairpin: string;
}

/** Asks for this very hairpin. */
export function askForOwn(): ProjectDependencies {
  const own = ownPackage();
  return { ...own, hairpin: ownSpecifier(own) };
}

/** Found above this file, whether it runs from the source or from `dist`. */
export function ownPackage(): OwnPackage {
  for (const path of ['../../package.json', '../../../package.json']) {
    const file = fileURLToPath(new URL(path, import.meta.url));
    const manifest = readManifest(file);
    if (manifest) return { ...(manifest as unknown as OwnPackage), root: dirname(file) };
  }
  throw new Error('package.json is missing from the installation');
}

/**
 * How a project asks for this very hairpin: by its version, or by its file where it was installed from one, as by
 * `npx --package file:hairpin.tgz`. A checkout is asked for by its folder.
 */
function ownSpecifier({ root, version }: OwnPackage): string {
  const modules = dirname(root);
  if (basename(modules) !== 'node_modules') return `file:${root}`;
  const installed = dirname(modules);
  const { dependencies, devDependencies } = readManifest(join(installed, 'package.json')) ?? {};
  const asked = { ...Object(dependencies), ...Object(devDependencies) }[basename(root)];
  if (typeof asked !== 'string' || !asked.startsWith('file:')) return `^${version}`;
  return `file:${resolve(installed, asked.slice('file:'.length))}`;
}

function readManifest(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
