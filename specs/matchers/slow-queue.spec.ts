import { expect, test } from 'hairpin';
import { IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { keptBack } from './kept-back.ts';

// a ── b, whose answers wait for tokens longer than a negative is held elsewhere
test('an answer that a queueing discipline keeps back is waited for', { timeout: 60_000 }, async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, b);
  // The answer to ARP takes 42 bytes of the 100, the echo wants 98, and 125 a second come.
  await keptBack({ before: eth0, at: eth0, protocol: IP_PROTOCOL.icmp }, 'rate 1kbit burst 100', async () => {
    await expect(expect(a).not.toReach(b, { size: 56 })).rejects.toThrow(/^Received: {2}an answer/m);
  });
});
