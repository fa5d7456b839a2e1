import { randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, type Namespace, test } from 'hairpin';
import { mountsNow } from './mounts.ts';
import { startVitest } from './nested-vitest.ts';
import { processesOf, wordsOf } from './processes-of.ts';

/** How often something is killed. `CHAOS=200 npx vitest run specs/leaks/chaos.spec.ts` is the long run. */
const TIMES = Number(process.env['CHAOS'] ?? 6);
const SEED = Number(process.env['SEED'] ?? (process.env['CHAOS'] ? randomInt(2 ** 31) : 1));

/** Longer than the victim needs, on an idle machine, to start and to make a few labs. */
const LONGEST = 4000;

const SIGNALS = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGSTOP, SIGKILL'] as const;
const WHOM = ['vitest', 'worker', 'program'] as const;

const moments = fc.sample(
  fc.record({
    whom: fc.constantFrom(...WHOM),
    signals: fc.constantFrom(...SIGNALS),
    after: fc.nat(LONGEST),
    later: fc.nat(LONGEST / 4),
  }),
  { numRuns: TIMES, seed: SEED },
);

// host: vitest ─ worker ─ labs, one after the other, with programs
test.for(moments)(
  `the host is as before after $signals to the $whom, after $after ms (seed ${SEED})`,
  async ({ whom, signals, after, later }, { lab, onTestFinished }) => {
    const host = lab.namespace('host');
    const folder = mkdtempSync(join(tmpdir(), 'hairpin-chaos-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const before = await hostNow(host);
    const run = startVitest(host, ['--config', 'specs/leaks/victim/busy.config.ts'], { env: { TMPDIR: folder } });

    await milliseconds(after);
    const { [whom]: pids } = found(folder, Number(run.pid));
    for (const signal of signals.split(', ')) for (const pid of pids) send(signal as NodeJS.Signals, pid);
    // A run whose program or worker was killed goes on: what becomes of it is of no interest here.
    await milliseconds(later);
    run.kill('SIGKILL');
    await run;

    await expect
      .poll(() => ({ processes: processesOf(folder), files: readdirSync(folder) }))
      .toEqual({
        processes: [],
        files: [],
      });
    expect(await hostNow(host)).toEqual(before);
  },
);

/** The processes of a run, by what they are. */
function found(folder: string, vitest: number): Record<(typeof WHOM)[number], number[]> {
  const others = processesOf(folder)
    .map(Number)
    .filter((pid) => pid !== vitest);
  const isWorker = (pid: number) => wordsOf(String(pid), 'cmdline').some((word) => word.includes('vitest'));
  return {
    vitest: [vitest],
    worker: others.filter(isWorker),
    program: others.filter((pid) => !isWorker(pid)).slice(0, 1),
  };
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** What there is besides processes and their files: links and addresses of the host's network, and mounts. */
async function hostNow(host: Namespace) {
  const { stdout } = await host.exec('sh', ['-c', 'ip -o link; ip -o address; ip netns; bridge -o link']);
  return { network: stdout, mounts: mountsNow() };
}

/** The moment is to be any: nothing is waited for. */
function milliseconds(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
