import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, type Namespace, type Subprocess, test } from 'hairpin';
import { startVitest } from './nested-vitest.ts';

// host: vitest ─ worker ─ lab (ns1, ns2, …, victim: sleep)
// observer ── veth ── victim: goes when the victim's namespace does
test.for(['vitest', 'worker'] as const)(
  'kill -9 of the %s leaves nothing behind',
  { timeout: 60_000 },
  async (whom, { lab, onTestFinished }) => {
    const [host, observer] = [lab.namespace('host'), lab.namespace('observer')];
    const folder = await mkdtemp(join(tmpdir(), 'hairpin-kill-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const mounts = readFileSync('/proc/self/mounts', 'utf8');

    const run = startVitest(host, ['--config', 'specs/leaks/victim/vitest.config.ts'], {
      env: { TMPDIR: folder },
    });
    const { worker, sleep } = await readReady(run);
    // A link of the referee's into the victim's namespace, by the program that runs there: it cannot outlive it.
    await observer.exec('ip', [
      'link',
      'add',
      'watch0',
      'type',
      'veth',
      'peer',
      'name',
      'watch1',
      'netns',
      String(sleep),
    ]);
    const monitor = observer.exec('ip', ['-o', 'monitor', 'link'], { reject: false });
    const gone = waitForLine(monitor, (line) => line.includes('Deleted') && line.includes('watch0'));
    await monitorIsListening(observer, monitor);

    process.kill(whom === 'vitest' ? mainProcess(worker) : worker, 'SIGKILL');

    await gone;
    await expect.poll(() => [worker, sleep].filter(isRunning), { timeout: 10_000 }).toEqual([]);
    await run;
    expect(readdirSync(folder).filter((name) => !name.startsWith('node-compile-cache'))).toEqual([]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).toBe(mounts);
  },
);

async function readReady(run: Subprocess): Promise<{ worker: number; sleep: number }> {
  const line = await waitForLine(run, (text) => text.includes('READY '));
  return JSON.parse(line.slice(line.indexOf('READY ') + 'READY '.length));
}

async function waitForLine(subprocess: Subprocess, wanted: (line: string) => boolean): Promise<string> {
  const seen: string[] = [];
  for await (const line of createInterface({ input: subprocess.stdout })) {
    if (wanted(line)) return line;
    seen.push(line);
  }
  throw new Error(`it ended without the line that was waited for:\n${seen.join('\n')}\n${(await subprocess).stderr}`);
}

/** The monitor has subscribed once a socket of its own shows up among the namespace's netlink sockets. */
async function monitorIsListening(namespace: Namespace, monitor: Subprocess): Promise<void> {
  const subscribed = () =>
    namespace
      .run(() => readFileSync('/proc/thread-self/net/netlink', 'utf8'))
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
      // Columns: sk, protocol, port id (the process), groups.
      .some(([, , port, groups]) => Number(port) === monitor.pid && Number.parseInt(groups ?? '0', 16) !== 0);
  await expect.poll(subscribed, { timeout: 5000 }).toBe(true);
}

/** The parent of the worker: the pool's wrappers (unshare, setpriv) have made way for it. */
function mainProcess(worker: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${worker}/status`, 'utf8'))?.[1]);
}

function isRunning(pid: number): boolean {
  try {
    // A zombie has ended; whoever adopted it has yet to say so.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
