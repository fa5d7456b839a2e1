import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import type { Lab, Subprocess } from '../../../lib/lab.ts';
import { startDaemons } from './daemons.ts';

/** Starts programs that live on by themselves, in a namespace `victim` of the lab; they are there when it resolves. */
export async function startFamily(lab: Lab): Promise<{ sleep: Subprocess }> {
  const victim = lab.namespace('victim');
  const sleep = victim.exec('sleep', ['1000']);
  sleep.catch(() => {});
  // A child of a program that waits for it, and of one that has ended: the kernel kills neither with the test process.
  const shell = victim.exec('sh', ['-c', 'sleep 1001 & echo started; wait']);
  shell.catch(() => {});
  await new Promise((resolve) => shell.stdout.once('data', resolve));
  await victim.exec('setsid', ['-f', 'sleep', '1002'], { stdio: 'ignore' });
  victim.run(() => spawn('sleep', ['1003'], { stdio: 'ignore' }));
  // From one namespace of the lab into another, made later, that nothing was run in.
  const other = lab.namespace('other');
  await victim.exec('setsid', ['-f', 'nsenter', `--net=${other.path}`, 'sleep', '1004'], { stdio: 'ignore' });
  await startDaemons(victim, tmpdir());
  return { sleep };
}
