import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { needReasons } from '../trace/kernel-line.ts';

/** Descriptors of perf events that this process has. */
function perfEvents(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('perf_event');
    } catch {
      // Closed meanwhile: the listing's own.
      return false;
    }
  });
}

function tracefsMounts(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(' - tracefs '));
}

// a ── b
test('asking the kernel why it dropped leaves nothing behind: no event switched on, no mount, no descriptor', async ({
  lab,
  skip,
}) => {
  needReasons(skip, 'SKB_DROP_REASON_NO_SOCKET');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const mounts = tracefsMounts();
  let most = 0;
  const asked = failureOf(expect(a).toReach(b, { by: 'udp', port: 9, listen: false, within: 5 }));
  for (let over = false; !over; most = Math.max(most, perfEvents().length))
    over = await Promise.race([asked.then(() => true), new Promise<false>((next) => setImmediate(next, false))]);
  // It did ask.
  expect(most).toBeGreaterThan(0);
  expect(tracefsMounts()).toEqual(mounts);
  // They are closed in the background: the kernel waits for an RCU grace period with each.
  await expect.poll(perfEvents, { timeout: 4000 }).toEqual([]);
});
