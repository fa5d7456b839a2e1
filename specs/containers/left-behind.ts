import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Namespace, Subprocess } from 'hairpin';
import { mountsNow } from '../leaks/mounts.ts';
import { startVitest } from '../leaks/nested-vitest.ts';

/** Where Docker, containerd and runc keep files of the machine's, if they are let. */
const FOLDERS = [
  '/etc',
  '/etc/docker',
  '/opt',
  '/run',
  '/run/docker',
  '/run/containerd',
  '/var/lib',
  '/var/run',
  '/tmp',
];
const THEIRS = /docker|containerd|runc|moby|xtables|testcontainers/;

/** Starts a run that is to be killed, in a namespace which is its host's network; `left` says what there is of it. */
export async function startVictim(
  host: Namespace,
  onTestFinished: (clean: () => Promise<void>) => void,
  env: Record<string, string> = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-kill-containers-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const before = await stateOf(host, folder);
  const run = startVitest(host, ['--config', 'specs/containers/victim/vitest.config.ts'], {
    env: { DOCKER_HOST: '', TMPDIR: folder, ...env },
  });
  return { run, folder, left: () => stateOf(host, folder), nothing: before };
}

async function stateOf(host: Namespace, folder: string) {
  const [rules, links] = await Promise.all([host.exec('nft', ['list', 'ruleset']), host.exec('ip', ['-o', 'link'])]);
  return {
    processes: [...processesOf(folder)].map(([pid, words]) => `${pid} ${words}`),
    // Busybox's image is made in the run's own folder for temporary files; koffi and vitest keep nothing there.
    files: [...FOLDERS.flatMap(theirFilesIn), ...readdirSync(folder)],
    cgroups: cgroups().filter((path) => !isOfOthers(path)),
    mounts: mountsNow(),
    rules: rules.stdout,
    links: links.stdout,
  };
}

/**
 * The processes of a run with their arguments: all that have its folder for temporary files, as dockerd, containerd and
 * shims do, and their descendants, as a container's processes are.
 */
export function processesOf(folder: string): Map<number, string> {
  const all = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
  const found = new Set(all.filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(`TMPDIR=${folder}`)));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const pid of all) if (found.has(parentOf(pid)) && !isZombie(pid)) found.add(pid);
  }
  return new Map([...found].map((pid) => [pid, read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')]));
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]);
}

function isZombie(pid: number): boolean {
  return /^State:\s+Z/m.test(read(`/proc/${pid}/status`));
}

/** The cgroups that engines of hairpin's have, in whichever hierarchy. */
export function cgroups(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((row) => row.split(' '));
  const hierarchies = mounts.flatMap(([, folder, type]) => (type?.startsWith('cgroup') && folder ? [folder] : []));
  return hierarchies.flatMap((folder) =>
    readdirSync(folder).flatMap((name) => (/^(hairpin|docker)/.test(name) ? [join(folder, name)] : [])),
  );
}

/** Beside this run others have engines, too: those whose worker is alive. This run's would be among the processes. */
function isOfOthers(path: string): boolean {
  const worker = /\/hairpin-(\d+)-/.exec(path)?.[1];
  return worker !== undefined && existsSync(`/proc/${worker}`);
}

function theirFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => THEIRS.test(name) && !name.startsWith('hairpin-kill-containers-'))
    .map((name) => join(folder, name));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}

/** The parent of the worker: the pool's wrappers (unshare, setpriv) have made way for it. */
export function mainProcess(worker: number): number {
  return parentOf(worker);
}

/** Waits for the victim's word that all its containers are there. */
export async function ready(run: Subprocess): Promise<{ worker: number }> {
  let seen = '';
  for await (const chunk of run.stdout) {
    seen += chunk;
    const found = /READY (\{.*\})/.exec(seen)?.[1];
    if (found) return JSON.parse(found);
  }
  throw new Error(`it ended without being ready:\n${seen}\n${(await run).stderr}`);
}
