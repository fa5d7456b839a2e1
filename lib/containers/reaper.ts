/**
 * A program of its own, which is started when the test process has ended: what the kernel does not take down with a
 * process, this does. Its order (`Reaper.order`) is one of these:
 *
 *     ["engine", name]                       an engine of ours, and its cgroups
 *     ["containers", socket, label, value]   containers of ours in somebody else's engine
 */

import { now, sleep } from '../kernel/clock.ts';
import { removeCgroups } from '../kernel/programs/cgroup.ts';
import { processesWithArgument } from '../kernel/programs/processes-with-argument.ts';
import { readOrders } from '../kernel/programs/reaper.ts';
import { containersLabelled, removeContainer } from './engine-api.ts';

/** How long it tries, in milliseconds. */
const DEADLINE = 30_000;
const INTERVAL = 20;
/** Nothing must be there so many times in a row: what the engine was asked for at the last moment may still come. */
const LOOKS = 10;

const [what, ...words] = JSON.parse(readOrders()[0] as string);
const pass = what === 'engine' ? reapEngine : reapContainers;

let [quiet, deadline] = [0, now() + DEADLINE];
while (quiet < LOOKS && now() < deadline) {
  quiet = (await pass(words)) ? quiet + 1 : 0;
  await sleep(INTERVAL);
}
process.exit(quiet < LOOKS ? 1 : 0);

/** The kernel kills the engine with the test process (`PR_SET_PDEATHSIG`), where util-linux is there to ask for it. */
function reapEngine([name]: [string, ...string[]]): boolean {
  const running = processesWithArgument(name);
  for (const pid of running) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone meanwhile.
    }
  }
  return removeCgroups(name) && running.length === 0;
}

async function reapContainers([socket, label, value]: [string, string, string]): Promise<boolean> {
  try {
    const ids = await containersLabelled(socket, label, value);
    await Promise.allSettled(ids.map((id) => removeContainer(socket, id)));
    return ids.length === 0;
  } catch {
    // An engine that does not answer: tried again until the deadline.
    return false;
  }
}
