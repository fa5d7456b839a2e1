import { expect, test } from 'hairpin';
import { explanationOf } from '../trace/explanation-of.ts';
import { failureOf } from './failure-of.ts';

const WHY = 'b/eth0 has no ARP (IFF_NOARP)';

// a ── r ── b, whose device resolves no addresses
test('a device without ARP hears none, and answers no neighbour solicitation', async ({ lab }) => {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  const { a: eth1 } = lab.cable(r, b);
  await expect(b).toHear(eth1, { frame: 'arp' });
  await b.exec('ip', ['link', 'set', 'eth0', 'arp', 'off']);
  for (const heard of [expect(b).toHear(eth1, { frame: 'arp' }), expect(b).not.toHear(eth1, { frame: 'arp' })]) {
    const failure = await failureOf(heard);
    expect(failure).toContain(`\nReceived:  inconclusive: ${WHY}\n`);
    expect(failure).toMatch(/\nHint: on b: ip link set eth0 arp on$/);
  }
  expect(await explanationOf(expect(a).toReach(b, { family: 6, within: 50 }))).toBe(
    `Path of the last probe (ICMPv6 echo request fd00::1 > fd00:0:0:1::2 id N seq N):
  a/eth0 → r/eth0 ✗ r asks who has fd00:0:0:1::2, and the answer of b does not come: ${WHY}
Hint: on b: ip link set eth0 arp on`,
  );
});
