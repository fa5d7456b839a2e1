import { existsSync, readFileSync } from 'node:fs';
import { createLab, expect, test } from 'hairpin';

// a alone, with programs that nobody awaits

test('a program that fails, and that nobody awaits, fails the end of its lab', async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  const program = a.exec('sh', ['-c', 'echo broken >&2; exit 3']);
  await reaped(program.pid);
  // By its end all has been told of the other's.
  await a.exec('true');
  const error = await lab.close().catch((reason: unknown) => reason as Error);
  expect(error).toMatchObject({
    message: expect.stringMatching(
      /^nobody awaited a program that failed: a\.exec\('sh', \['-c', 'echo broken >&2; exit 3'\]\): exit code 3\n\nbroken$/,
    ),
    stack: expect.stringContaining('unawaited.spec.ts:9'),
  });
});

test('one that has ended already fails it, too, whether or not Node has heard of its end', async () => {
  const lab = createLab();
  const program = lab.namespace('a').exec('sh', ['-c', 'exit 3']);
  // Node hears of it in its event loop, which stands still meanwhile.
  while (isRunning(program.pid));
  await expect(lab.close()).rejects.toThrow(/^nobody awaited a program that failed: .*: exit code 3$/);
});

test.for([
  ['late', async (program: PromiseLike<unknown>) => expect(Promise.resolve(program)).rejects.toThrow('exit code 3')],
  [
    'caught',
    async (program: PromiseLike<unknown>) => {
      try {
        await program;
      } catch {
        // That it fails is known.
      }
    },
  ],
  ['by all', async (program: PromiseLike<unknown>) => Promise.allSettled([program])],
] as const)('one that is awaited, %s, has told it already', async ([, wait]) => {
  const lab = createLab();
  const program = lab.namespace('a').exec('sh', ['-c', 'exit 3']);
  await reaped(program.pid);
  await wait(program);
  await lab.close();
});

test('one that is ended, by the spec or with the lab, has not failed', async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  const program = a.exec('sleep', ['1000']);
  a.exec('sleep', ['1000']);
  program.kill();
  await reaped(program.pid);
  await a.exec('true');
  await lab.close();
});

function isRunning(pid: number | undefined): boolean {
  return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

/** Until Node has heard of its end: a program's output closes before that. */
async function reaped(pid: number | undefined): Promise<void> {
  await expect.poll(() => existsSync(`/proc/${pid}`), { interval: 5 }).toBe(false);
}
