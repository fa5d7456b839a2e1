import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { DockerEngine } from 'hairpin';

/** The commands of busybox that the specs run by name. */
const COMMANDS = ['sh', 'cat', 'echo', 'grep', 'httpd', 'ip', 'nc', 'ping', 'sleep', 'test', 'true'];

/** Why there is no image to be had: without a registry one is made of Debian's busybox-static, and nothing else. */
export const NO_BUSYBOX = await whyNoBusybox();

/** Gives an engine an image `busybox`, made of that one program. */
export async function importBusybox(docker: DockerEngine): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'hairpin-busybox-'));
  try {
    await mkdir(join(root, 'bin'));
    await copyFile('/bin/busybox', join(root, 'bin/busybox'));
    for (const command of COMMANDS) await symlink('busybox', join(root, 'bin', command));
    const { stdout } = await execa('tar', ['--directory', root, '--create', '.'], { encoding: 'buffer' });
    await docker.cli(['import', '-', 'busybox'], { input: stdout });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** By trying: on an empty root a program that needs a library, or is not there, does not start. */
async function whyNoBusybox(): Promise<string | undefined> {
  const { stdout, failed } = await execa('ldd', ['/bin/busybox'], { reject: false, all: true });
  return failed && !stdout ? undefined : 'needs busybox-static: apt-get install busybox-static';
}
