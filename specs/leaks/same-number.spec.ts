import { closeSync } from 'node:fs';
import { expect, type Lab, test } from 'hairpin';
import { memoryFile } from '../../lib/kernel/memory-file.ts';
import { networkCookie } from '../../lib/kernel/namespaces/network-cookie.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { ownModule } from '../own-module.ts';

/** Runs the reaper of a thread that is gone. It returns when it has ended what its orders tell it to. */
async function reap(lab: Lab, orders: string): Promise<void> {
  const fd = memoryFile('orders', Buffer.from(orders));
  try {
    const stdio = ['ignore', 'pipe', 'pipe', 'ignore', fd] as unknown as ['ignore', 'pipe', 'pipe'];
    await lab
      .namespace('reaper')
      .exec(process.execPath, ['--no-warnings', ownModule('kernel/programs/program-reaper')], { stdio });
  } finally {
    closeSync(fd);
  }
}

// a: sleep. The reaper knows a network of the same number that is gone: inodes' numbers are given again at once.
test('a network that has the number of one that is gone is left alone', async ({ lab }) => {
  const a = lab.namespace('a');
  const program = a.exec('sleep', ['1000'], { reject: false });
  const [{ inode }, cookie = 0n] = [engineOf(a).netns, networkCookie(engineOf(a).netns)];
  await reap(lab, `+ network ${inode} ${cookie + 1n}\n`);
  program.kill('SIGTERM');
  expect((await program).signal).toBe('SIGTERM');
});

// a: sleep
test('one that has its cookie, too, is ended', async ({ lab }) => {
  const a = lab.namespace('a');
  const program = a.exec('sleep', ['1000'], { reject: false });
  const [{ inode }, cookie] = [engineOf(a).netns, networkCookie(engineOf(a).netns)];
  await reap(lab, `+ network ${inode} ${cookie}\n`);
  expect((await program).signal).toBe('SIGKILL');
});
