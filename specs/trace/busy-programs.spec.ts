import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { BusyPrograms } from '../../lib/trace/busy-programs.ts';

// a, alone
test('a program that waits for packets is not busy', async ({ lab }) => {
  const a = lab.namespace('a');
  const { stdout } = a.exec('sh', ['-c', 'echo ready; exec sleep 1000'], { reject: false });
  await once(stdout, 'data');
  await expect.poll(() => new BusyPrograms(lab).areBusy()).toBe(false);
});

// a, alone
test('one that never waits is busy until it has had its turn', async ({ lab }) => {
  const a = lab.namespace('a');
  const { stdout } = a.exec('sh', ['-c', 'echo ready; while :; do :; done'], { reject: false });
  await once(stdout, 'data');
  const programs = new BusyPrograms(lab);
  expect(programs.areBusy()).toBe(true);
  await expect.poll(() => programs.areBusy()).toBe(false);
});

// a, alone; and a thread of the spec's own process
test('so is a thread that the spec starts in a namespace', async ({ lab }) => {
  const a = lab.namespace('a');
  const thread = a.run(
    () => new Worker("require('worker_threads').parentPort.once('message', () => { for (;;); })", { eval: true }),
  );
  onTestFinished(() => void thread.terminate());
  await once(thread, 'online');
  thread.postMessage('spin');
  const programs = new BusyPrograms(lab);
  await expect.poll(() => programs.areBusy()).toBe(true);
  await expect.poll(() => programs.areBusy()).toBe(false);
});
