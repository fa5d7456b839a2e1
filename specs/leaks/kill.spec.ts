import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, type Namespace, type Subprocess, test } from 'hairpin';
import { mountsNow } from './mounts.ts';
import { startVitest } from './nested-vitest.ts';
import { processesOf, wordsOf } from './processes-of.ts';

// host: vitest ─ worker ─ lab (ns1, ns2, …, victim: sleep, a shell ─ sleep; sleep; sleep; daemons, other: sleep)
// observer ── veth ── victim: goes when the victim's namespace does
test.for([
  ['SIGKILL', ['vitest'], 'hairpin'],
  ['SIGKILL', ['worker'], 'hairpin'],
  ['SIGKILL', ['worker', 'vitest'], 'hairpin'],
  ['SIGSTOP, SIGKILL', ['worker'], 'hairpin'],
  ['SIGSTOP, SIGKILL', ['vitest'], 'hairpin'],
  ['SIGINT', ['vitest'], 'hairpin'],
  ['SIGTERM', ['vitest'], 'hairpin'],
  ['SIGKILL', ['vitest'], 'forks'],
  ['SIGKILL', ['vitest'], 'threads'],
  ['SIGINT', ['vitest'], 'threads'],
] as const)(
  '%s to %j of pool %s leaves nothing behind: no child of a program, and no daemon',
  async ([signals, whom, pool], { lab, onTestFinished }) => {
    const [host, observer] = [lab.namespace('host'), lab.namespace('observer')];
    const { run, left, nothing } = await startVictim(host, onTestFinished, pool);
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

    // In threads, the worker is in vitest's own process.
    const pids = { worker, vitest: pool === 'threads' ? worker : mainProcess(worker) };
    for (const signal of signals.split(', ')) for (const each of whom) process.kill(pids[each], signal);

    await gone;
    await expect.poll(left).toEqual(nothing);
    await run;
  },
);

// host: vitest ─ worker ─ lab, reaper (waits for the worker's end)
test('who kills the reaper first gets another', async ({ lab, onTestFinished }) => {
  const { run, folder, left, nothing } = await startVictim(lab.namespace('host'), onTestFinished);
  const { worker } = await readReady(run);
  const reapers = () =>
    processesOf(folder).filter((pid) => wordsOf(pid, 'cmdline').some((word) => word.includes('program-reaper')));
  const [first] = reapers();
  expect(first).toBeDefined();

  process.kill(Number(first), 'SIGKILL');
  await expect.poll(reapers).not.toEqual(expect.arrayContaining([first]));
  await expect.poll(reapers).not.toEqual([]);
  process.kill(worker, 'SIGKILL');

  await expect.poll(left).toEqual(nothing);
  await run;
});

// host: node ─ lab (victim, other)
test('a script that exits without closing its lab leaves nothing behind', async ({ lab, onTestFinished }) => {
  const folder = await temporaryFolder(onTestFinished);
  const script = fileURLToPath(new URL('victim/exits.ts', import.meta.url));
  const run = lab.namespace('host').exec(process.execPath, [script], { env: { TMPDIR: folder }, reject: false });
  expect(await run).toMatchObject({ exitCode: 7, stderr: '' });
  await expect.poll(() => processesOf(folder)).toEqual([]);
});

// host: vitest ─ worker ─ namespaces, as far as it has got
test.for([0, 1, 3, 6])(
  'kill -9 of vitest while its worker has %d namespaces or a few more leaves nothing behind',
  async (count, { lab, onTestFinished }) => {
    const { run, left, nothing } = await startVictim(lab.namespace('host'), onTestFinished);
    const workers = () => left().processes.filter((pid) => Number(pid) !== run.pid);
    await expect.poll(() => workers().length, { interval: 1, timeout: 120_000 }).toBeGreaterThan(0);
    await expect
      .poll(() => Math.max(...workers().map(namespacesHeldBy)), { interval: 1, timeout: 120_000 })
      .toBeGreaterThanOrEqual(count);

    run.kill('SIGKILL');

    await expect.poll(left).toEqual(nothing);
    await run;
  },
);

/** Starts the run that is to be killed; `left` says what there is of it, to be compared with `nothing`. */
async function startVictim(host: Namespace, onTestFinished: (clean: () => Promise<void>) => void, pool = 'hairpin') {
  const folder = await temporaryFolder(onTestFinished);
  const before = mountsNow();
  const args = ['--config', 'specs/leaks/victim/vitest.config.ts', ...(pool === 'hairpin' ? [] : [`--pool=${pool}`])];
  const run = startVitest(host, args, { env: { TMPDIR: folder } });
  const left = () => ({
    processes: processesOf(folder),
    files: readdirSync(folder),
    mounts: mountsNow(),
  });
  return { run, folder, left, nothing: { processes: [], files: [], mounts: before } };
}

async function temporaryFolder(onTestFinished: (clean: () => Promise<void>) => void): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-kill-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function namespacesHeldBy(pid: string): number {
  try {
    const held = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return held.filter((target) => target.startsWith('net:[')).length;
  } catch {
    // A descriptor was closed meanwhile, or the process has ended: the next look is as good.
    return 0;
  }
}

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
  await expect.poll(subscribed).toBe(true);
}

/** The parent of the worker: the pool's wrappers (unshare, setpriv) have made way for it. */
function mainProcess(worker: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${worker}/status`, 'utf8'))?.[1]);
}
