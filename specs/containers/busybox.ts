import { copyFile, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { DockerEngine } from 'hairpin';

/** The commands of busybox that the specs run by name. */
const COMMANDS = ['sh', 'cat', 'echo', 'grep', 'httpd', 'ip', 'nc', 'ping', 'sleep', 'test', 'true'];

const PT_INTERP = 3;

/** Why there is no image to be had: without a registry one is made of Debian's busybox-static, and nothing else. */
export const NO_BUSYBOX = await whyNoBusybox();

/**
 * Gives an engine an image `busybox`, made of that one program.
 *
 * @param name what the image is called @default 'busybox'
 * @param changes a Dockerfile's instructions, such as CMD
 */
export async function importBusybox(
  docker: Pick<DockerEngine, 'cli'>,
  name = 'busybox',
  changes: readonly string[] = [],
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'hairpin-busybox-'));
  try {
    await mkdir(join(root, 'bin'));
    await copyFile('/bin/busybox', join(root, 'bin/busybox'));
    for (const command of COMMANDS) await symlink('busybox', join(root, 'bin', command));
    const { stdout } = await execa('tar', ['--directory', root, '--create', '.'], { encoding: 'buffer' });
    await docker.cli(['import', ...changes.flatMap((change) => ['--change', change]), '-', name], { input: stdout });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** A program that needs a library (`PT_INTERP`, elf(5)) does not start on an empty root. */
async function whyNoBusybox(): Promise<string | undefined> {
  const program = await readFile('/bin/busybox').catch(() => undefined);
  if (program && !programHeaders(program).includes(PT_INTERP)) return undefined;
  return 'needs busybox-static: apt-get install busybox-static';
}

/** The types of a 64-bit program's headers. */
function programHeaders(elf: Buffer): number[] {
  const [start, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => elf.readUInt32LE(start + index * size));
}
