import { readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Subprocess, test } from 'hairpin';
import { findCniPlugin, findFrr, findNetworkd, findNetworkManager } from 'hairpin/plugins';
import { mountsNow } from '../leaks/mounts.ts';
import { startVitest } from '../leaks/nested-vitest.ts';

/** Where the software would keep its leases, profiles, sockets and crash logs if nobody told it otherwise. */
const MACHINES_OWN = [
  ...['/var/lib/cni/networks', '/run/cni', '/etc/resolv.conf', '/run/frr'],
  ...['/run/NetworkManager', '/var/lib/NetworkManager', '/etc/NetworkManager/system-connections'],
];

// host: vitest ─ worker ─ lab (a container attached by CNI, with a lease of host-local)
test.skipIf(!findCniPlugin('macvlan'))(
  'kill -9 leaves nothing of an attachment by CNI, and no daemon: no lease, no process, no mount',
  async ({ lab, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'hairpin-kill-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const left = () => ({
      processes: processesOf(folder),
      files: readdirSync(folder),
      mounts: mountsNow(),
      state: MACHINES_OWN.map(changedAt),
      // FRR's crash logs. Other programs write there, too.
      logs: readdirSync('/var/tmp').filter((name) => name.startsWith('frr')),
    });
    const before = left();
    expect(before).toMatchObject({ processes: [], files: [] });
    const config = ['--config', 'specs/plugins/victim/vitest.config.ts'];
    const run = startVitest(lab.namespace('host'), config, { env: { TMPDIR: folder } });
    const worker = await workerOf(run);
    const daemons = [
      ...(findNetworkd() ? ['systemd-network'] : []),
      ...(findNetworkManager() ? ['NetworkManager', 'dbus-daemon'] : []),
      ...(findFrr() ? ['zebra', 'ospfd'] : []),
    ];
    expect(left().processes).not.toEqual([]);
    expect(left().processes.map(nameOf)).toEqual(expect.arrayContaining(daemons));
    process.kill(worker, 'SIGKILL');
    await expect.poll(left).toEqual(before);
    await run;
  },
);

async function workerOf(run: Subprocess): Promise<number> {
  const seen: string[] = [];
  for await (const line of createInterface({ input: run.stdout })) {
    const [, pid] = /READY (\d+)/.exec(line) ?? [];
    if (pid) return Number(pid);
    seen.push(line);
  }
  throw new Error(`it ended without being ready:\n${seen.join('\n')}\n${(await run).stderr}`);
}

/** The processes of a run, its children's children too: they all have its folder for temporary files. */
function processesOf(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(`TMPDIR=${folder}`));
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    // It has ended, or is another user's.
    return [];
  }
}

/** As the kernel has it: the first 15 bytes. */
function nameOf(pid: string): string {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
}

/** For a folder it is when a name came or went. */
function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
