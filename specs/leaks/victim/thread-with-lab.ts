import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { engineOf } from '../../../lib/lab/engines/engine.ts';
import { hurryLinkwatch } from '../../../lib/lab/making/linkwatch.ts';
import { createLab } from '../../../lib/lab.ts';
import { flushProcessorBacklogs } from '../../../lib/trace/processor-backlogs.ts';

// a ── b, and c, whose lab is closed
//
// Not a spec of its own: threads.spec.ts runs it in a thread, and ends that.
const closed = createLab();
closed.cable(closed.namespace('c'), closed.switch('sw'));
await closed.close();
const lab = createLab();
const [a, b] = [lab.namespace('a'), lab.namespace('b')];
lab.cable(a, b);
hurryLinkwatch();
flushProcessorBacklogs();
await a.exec('setsid', ['-f', 'sleep', '1000'], { stdio: 'ignore' });
const failed = await a.exec('false').catch((error) => error);
// The shell that starts the reaper ends at once. A thread that is ended before it has waited for that shell leaves a zombie.
while (children().includes('sh')) await setImmediate();
parentPort?.postMessage([engineOf(a).netns.inode, failed.command, failed.escapedCommand]);
parentPort?.once('message', () => {});

/** The names of this process's children. */
function children(): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const status = readFileSync(`/proc/${Number(pid)}/status`, 'utf8');
      return status.includes(`\nPPid:\t${process.pid}\n`) ? [/^Name:\t(.*)$/m.exec(status)?.[1] ?? ''] : [];
    } catch {
      // No process, or one that has ended meanwhile.
      return [];
    }
  });
}
