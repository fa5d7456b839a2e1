import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'hairpin';
import { processesIn } from '../lab/referee.ts';

/** What this process holds of namespaces and sockets, as in `net:[4026531840]`. */
function held(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return /^(net|socket):/.test(target) ? [target] : [];
    } catch {
      // Closed meanwhile: the listing's own.
      return [];
    }
  });
}

/** The names of children that have ended, and that nobody waits for. */
function zombies(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const isOurs = status.includes(`\nPPid:\t${process.pid}\n`) && /^State:\tZ/m.test(status);
      return isOurs ? [/^Name:\t(.*)$/m.exec(status)?.[1] ?? pid] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

// In a thread: a ── b, with a program in a, never closed
test('a thread that is ended with an open lab leaves its process nothing, and no program', async () => {
  const before = held();
  const thread = new Worker(new URL('victim/thread-with-lab.ts', import.meta.url), { execArgv: [] });
  const [[inode, ...commands]] = await once(thread, 'message');
  // Of what hairpin puts before a program nothing is told.
  expect(commands).toEqual([expect.stringMatching(/^\S+\/false$/), expect.stringMatching(/^\S+\/false$/)]);
  // Two namespaces, a socket and a tap for each, and one each of linkwatch and of the markers.
  expect(held().filter((each) => !before.includes(each)).length).toBeGreaterThanOrEqual(8);
  expect(processesIn({ inode })).toHaveLength(1);
  await thread.terminate();
  await expect.poll(() => held().filter((each) => !before.includes(each))).toEqual([]);
  await expect.poll(() => processesIn({ inode })).toEqual([]);
  // No zombie of a helper of ours either, which this process would have until its end.
  await expect.poll(zombies).toEqual([]);
});
