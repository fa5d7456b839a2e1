import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { needReasons } from '../trace/kernel-line.ts';

/** Descriptors of BPF programs, maps and tracepoints that this process has. */
function programs(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('bpf');
    } catch {
      // Closed meanwhile: the listing's own.
      return false;
    }
  });
}

// a ── b
test('asking the kernel why it dropped leaves no program behind, and no descriptor', async ({ lab, skip }) => {
  needReasons(skip, 'SKB_DROP_REASON_NO_SOCKET');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  let most = 0;
  const asked = failureOf(expect(a).toReach(b, { by: 'udp', port: 9, listen: false, within: 5 }));
  for (let over = false; !over; most = Math.max(most, programs().length))
    over = await Promise.race([asked.then(() => true), new Promise<false>((next) => setImmediate(next, false))]);
  // It did ask.
  expect(most).toBeGreaterThan(0);
  expect(programs()).toEqual([]);
});
