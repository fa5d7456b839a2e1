import { randomUUID } from 'node:crypto';
import { on, once } from 'node:events';
import { createLab, expect, test } from 'hairpin';
import { processesWithArgument } from '../../lib/kernel/programs/processes-with-argument.ts';
import { DAEMONS } from '../leaks/victim/daemons.ts';

// a: a daemon, in a or in a namespace of its own; other: another daemon of another lab
test.for(Object.entries(DAEMONS))(
  'a daemon %s ends with its lab, and with no other',
  async ([, command], { lab: other }) => {
    const lab = createLab();
    const [own, others] = [randomUUID(), randomUUID()];
    const [program = '', ...args] = command;
    await lab.namespace('a').exec(program, [...args, own], { stdio: 'ignore' });
    await other.namespace('other').exec(program, [...args, others], { stdio: 'ignore' });
    await expect.poll(() => processesWithArgument(others)).not.toEqual([]);
    await expect.poll(() => processesWithArgument(own)).not.toEqual([]);

    await lab.close();

    expect(processesWithArgument(own)).toEqual([]);
    await expect.poll(() => processesWithArgument(others)).not.toEqual([]);
  },
);

// a: a shell ── a child (a namespace of its own), which forks as fast as it can
test('what forks without end ends with the lab', async () => {
  const lab = createLab();
  const script = 'echo begun; again() { again & exit; }; again';
  const forking = lab.namespace('a').exec('setsid', ['-f', 'unshare', '--net', 'sh', '-c', script], { reject: false });
  const output = on(forking.stdout, 'data')[Symbol.asyncIterator]();
  expect(String((await output.next()).value)).toBe('begun\n');
  const ended = once(forking.stdout, 'end');
  await lab.close();
  // No look at the processes would find one that lives for less than a millisecond. Each of them holds the output open.
  await ended;
});
