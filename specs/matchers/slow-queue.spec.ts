import { expect, test } from 'hairpin';

// a ── b, whose answers wait a third of a second for tokens (tc-tbf(8)): longer than a negative is held elsewhere
test('an answer that a queueing discipline keeps back is waited for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  // The answer to ARP takes 42 bytes of the 100, the echo wants 98, and 125 a second come.
  await b.exec('tc', 'qdisc add dev eth0 root tbf rate 1kbit burst 100 latency 60s'.split(' '));
  await expect(expect(a).not.toReach(b, { size: 56 })).rejects.toThrow(/^Received: {2}an answer/m);
});
