import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, type Namespace, test } from 'hairpin';
import { chooseShare } from '../../lib/machines/initramfs.ts';
import { MAIN } from '../cli/hairpin.ts';
import { mountsNow } from '../leaks/mounts.ts';
import { kernelHere, userModeHere } from './kernel-here.ts';
import { processesOf, RUN } from './processes-of.ts';

interface Seen {
  names: string[];
  /** Those that a machine consists of; an ordinary user's has no virtiofsd. */
  wanted: string[];
  console: string;
}

const MOMENTS = [
  ['its programs are only beginning', ({ names }: Seen) => names.length > 1],
  ['its machine begins', ({ names, wanted }: Seen) => wanted.every((name) => names.includes(name))],
  // By then QEMU would do without virtiofsd and without anybody who reads its console.
  ['the guest is up', ({ console }: Seen) => console.includes('hairpin: booted')],
] as const;
const MACHINES = [
  ['QEMU', kernelHere],
  ['User-Mode Linux', userModeHere],
] as const;

// host: hairpin modes --kernel ─┬─ qemu             or    hairpin modes --kernel um ── unshare ── linux.uml ── a process for each
//                               └─ virtiofsd                                                      program of the guest
test.for(
  MACHINES.flatMap(([machine, here]) => MOMENTS.map(([moment, ready]) => [machine, moment, here, ready] as const)),
)(
  '%s: kill -9 when %s leaves no process, mount, socket or file',
  async ([, , here, ready], { lab, skip, onTestFinished }) => {
    const kernel = here(skip);
    const programs = chooseShare(kernel).share === 'virtiofs' ? ['virtiofsd'] : [];
    const wanted = [kernel.userMode ? basename(kernel.image) : 'qemu-system-x86_64', ...programs];
    const host = lab.namespace('host');
    const folder = mkdtempSync(join(tmpdir(), 'hairpin-kill-'));
    const project = mkdtempSync(join(tmpdir(), 'hairpin-project-'));
    onTestFinished(() => {
      for (const each of [folder, project]) rmSync(each, { recursive: true, force: true });
    });
    const left = () => ({
      processes: processesOf(folder).map(({ name }) => name),
      files: readdirSync(folder),
      mounts: mountsNow(),
      sockets: unixSockets(host),
    });
    const nothing = left();
    const seen = () => ({ names: left().processes, wanted, console: consoleIn(project) });

    const run = host.exec(
      process.execPath,
      [MAIN, 'modes', '--kernel', `${kernel.userMode ? 'um:' : ''}${kernel.image}`],
      {
        env: { TMPDIR: folder, [RUN]: folder },
        cwd: project,
        reject: false,
      },
    );
    await expect.poll(() => ready(seen()), { interval: 2, timeout: 120_000 }).toBe(true);
    run.kill('SIGKILL');

    await expect.poll(left).toEqual(nothing);
    await run;
    // What is meant to stay: the console, as far as it has come.
    expect(readdirSync(project).filter((name) => name !== 'test-results')).toEqual([]);
  },
);

function consoleIn(project: string): string {
  const [file] = globSync('test-results/*/console.log', { cwd: project });
  return file === undefined ? '' : readFileSync(join(project, file), 'utf8');
}

function unixSockets(host: Namespace): string[] {
  const table = host.run(() => readFileSync('/proc/thread-self/net/unix', 'utf8'));
  return table
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .map((row) => row.split(/\s+/).at(7) ?? 'unnamed');
}
