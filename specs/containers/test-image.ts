import { globSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { DockerEngine } from 'hairpin';
import { findProgram } from '../../lib/kernel/programs/find-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What hairpin needs at run time, and what its specs start besides: referees, and programs to be found or killed. */
const PROGRAMS = [
  ...['unshare', 'setpriv', 'ip', 'bridge', 'ping', 'nft', 'tcpdump'],
  ...[
    'sh',
    'true',
    'false',
    'nsenter',
    'cat',
    'sleep',
    'printf',
    'readlink',
    'setsid',
    'prlimit',
    'pwd',
    'env',
    'date',
    'stat',
  ],
];

/**
 * Gives an engine an image `tests`, which stands for `node:24` with iproute2 and friends where there is no registry: this
 * machine's programs, with the libraries that they are linked against, and the Node that the specs run with.
 */
export async function importTestImage(docker: DockerEngine): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-image-'));
  try {
    const root = join(folder, 'root');
    const programs = [process.execPath, ...PROGRAMS.flatMap((name) => findProgram(name) ?? [])];
    // koffi and vitest's rolldown bring libraries of their own, which need the machine's.
    const addons = globSync('node_modules/**/*.node', { cwd: ROOT }).map((file) => join(ROOT, file));
    const libraries = await Promise.all([...programs, ...addons].map(librariesOf));
    for (const file of new Set(libraries.flat())) await copy(file, join(root, file));
    for (const program of programs) await copy(program, join(root, 'usr/bin', program.split('/').at(-1) ?? ''));
    await mkdir(join(root, 'tmp'));
    await mkdir(join(root, 'etc'));
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    const archive = join(folder, 'image.tar');
    await execa('tar', ['--directory', root, '--create', '--file', archive, '.']);
    await docker.cli(['import', '--change', 'ENV PATH=/usr/bin', archive, 'tests']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function librariesOf(program: string): Promise<string[]> {
  const { stdout } = await execa('ldd', [program], { reject: false });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => String(path));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
}
