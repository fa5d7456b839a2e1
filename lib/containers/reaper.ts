/**
 * A program of its own, which outlives the test process: what the kernel does not take down with a process, this does.
 * Its standard input is a pipe that only the test process holds, so it ends when that does, by `kill -9` too.
 *
 *     node reaper.js engine <name>                      an engine of ours, and its cgroups
 *     node reaper.js containers <socket> <label> <value>  containers of ours in somebody else's engine
 */

import { removeCgroups } from '../kernel/cgroup.ts';
import { after, now } from '../kernel/clock.ts';
import { processesWithArgument } from '../kernel/processes-with-argument.ts';
import { containersLabelled, removeContainer } from './engine-api.ts';

/** How long it tries, in milliseconds. */
const DEADLINE = 30_000;
const INTERVAL = 20;
/** Nothing must be there so many times in a row: what the engine was asked for at the last moment may still come. */
const LOOKS = 10;

const [what, ...words] = process.argv.slice(2);
const pass = what === 'engine' ? reapEngine : reapContainers;

// A terminal's Ctrl+C is for the tests; the end of the pipe follows.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
process.stdin.resume();
await new Promise<void>((ended) => {
  process.stdin.on('close', () => ended());
});

let [quiet, deadline] = [0, now() + DEADLINE];
while (quiet < LOOKS && now() < deadline) {
  quiet = (await pass(words as [string, string, string])) ? quiet + 1 : 0;
  await new Promise<void>((resolve) => after(INTERVAL, resolve));
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
