import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { createLab, expect, test } from 'hairpin';
import { vi } from 'vitest';
import { keep, processesIn } from './referee.ts';

/** Leaves this process no descriptor that it could open, until the function returned is called. */
function exhaustDescriptors(): () => void {
  const limits = (values: string) => {
    const { status, stdout } = spawnSync('prlimit', ['--pid', String(process.pid), ...values.split(' ')]);
    expect(status).toBe(0);
    return String(stdout).trim();
  };
  const before = limits('--nofile --output=SOFT --noheadings --raw');
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
  // prlimit's own streams take a few.
  limits(`--nofile=${highest + 16}:`);
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'));
  } catch (error) {
    expect(error).toMatchObject({ code: 'EMFILE' });
  }
  return () => {
    for (const fd of opened) closeSync(fd);
    limits(`--nofile=${before}:`);
  };
}

test('that setpriv could not be tried for lack of descriptors is no word on setpriv', async () => {
  // What is learnt of setpriv is kept, so this wants a module that has learnt nothing.
  vi.resetModules();
  const { dieWithParentCommand } = await import('../../lib/kernel/namespaces/own-namespaces.ts');
  const release = exhaustDescriptors();
  try {
    expect(dieWithParentCommand()).toEqual([]);
  } finally {
    release();
  }
  expect(dieWithParentCommand()).toEqual([expect.stringContaining('setpriv'), '--pdeathsig', 'KILL', '--']);
});

// a: sleep, whose parent has gone
test('a lab ends its programs when the process has no descriptor left', async () => {
  const lab = createLab();
  const a = lab.namespace('a');
  using network = keep(a);
  await a.exec('setsid', ['-f', 'sleep', '1000'], { stdio: 'ignore' });
  expect(processesIn(network)).toHaveLength(1);
  const release = exhaustDescriptors();
  try {
    await lab.close();
  } finally {
    release();
  }
  expect(processesIn(network)).toEqual([]);
});
