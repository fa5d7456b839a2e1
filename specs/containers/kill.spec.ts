import { expect, test } from 'hairpin';
import { NO_BUSYBOX } from './busybox.ts';
import { cgroups, mainProcess, processesOf, ready, startVictim } from './left-behind.ts';
import { NO_ENGINE } from './no-engine.ts';

test.beforeEach(({ skip }) => {
  skip(NO_ENGINE !== undefined, NO_ENGINE);
  skip(NO_BUSYBOX !== undefined, NO_BUSYBOX);
});

// host: vitest ─ worker ─ lab (docker: the engine, its containers web and on-macvlan, client)
test.for(['vitest', 'worker'] as const)(
  'kill -9 of the %s leaves no engine, container, shim, socket, mount, cgroup, rule or file',
  async (whom, { lab, onTestFinished }) => {
    const { run, folder, left, nothing } = await startVictim(lab.namespace('host'), onTestFinished);
    const { worker } = await ready(run);
    // The look is worth something: all of it is there now.
    const processes = () => [...processesOf(folder).values()].join('\n');
    for (const program of ['dockerd', 'containerd --config', 'containerd-shim', 'sleep 1000', 'reaper'])
      await expect.poll(processes).toContain(program);
    expect(cgroups().join()).toContain(`hairpin-${worker}-`);

    process.kill(whom === 'vitest' ? mainProcess(worker) : worker, 'SIGKILL');

    await expect.poll(left).toEqual(nothing);
    await run;
  },
);

// host: vitest ─ worker ─ lab (docker: the engine, as far as it has got)
test.for(['reaper', 'unshare --pid', 'dockerd --host', 'containerd --config', 'containerd-shim'])(
  'kill -9 of vitest as soon as there is a process "%s" leaves nothing behind',
  async (program, { lab, onTestFinished }) => {
    const { run, folder, left, nothing } = await startVictim(lab.namespace('host'), onTestFinished);
    const processes = () => [...processesOf(folder).values()].join('\n');
    await expect.poll(processes, { interval: 1, timeout: 120_000 }).toContain(program);

    run.kill('SIGKILL');

    await expect.poll(left).toEqual(nothing);
    await run;
  },
);
