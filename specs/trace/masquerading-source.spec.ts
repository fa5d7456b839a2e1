import { expect, type Lab, type Namespace, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from './rules/add-rules.ts';

// a, which gives its own packets other source ports ── r ── b
async function build(lab: Lab, translation: string) {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(a, 'ip nat post { type nat hook postrouting priority 100; }', [
    `meta l4proto { tcp, udp } oifname eth0 ${translation}`,
  ]);
  return { a, r, b };
}

const CASES = (['tcp', 'udp'] as const).flatMap((by) =>
  ['masquerade random', 'masquerade to :700-720', 'snat to 10.0.0.1 random'].map((rule) => ({ by, rule })),
);

test.for(CASES)('by $by, an answer through `$rule` of the source itself', async ({ by, rule }, { lab }) => {
  const { a, r, b } = await build(lab, rule);
  await expect(a).toReach(b, { by });
  await expect(a).toReach(b, { by, through: r });
  await addRules(r, 'ip f c { type filter hook forward priority 0; }', ['ip daddr 10.0.1.2 drop']);
  await expect(a).not.toReach(b, { by });
  await expect(a).not.toReach(b, { by, droppedBy: 'nft.drop', at: r });
});

test.for(CASES)('by $by, a server of its own answers through `$rule`', async ({ by, rule }, { lab }) => {
  const { a, r, b } = await build(lab, rule);
  await answerAt(b, by);
  await expect(a).toReach(b, { by, port: 4000, listen: false, through: r });
});

test.for(CASES)('by $by, a stand-in behind `$rule`, too', async ({ by, rule }, { lab }) => {
  const { a, r, b } = await build(lab, rule);
  await answerAt(r, by);
  await addRules(r, 'ip nat pre { type nat hook prerouting priority -100; }', ['ip daddr 10.0.1.2 redirect']);
  expect(await failureOf(expect(a).toReach(b, { by, port: 4000, listen: false, within: 100 }))).toContain(
    ', not of b: r took the probe for its own',
  );
});

// a, which gives its packets other ends altogether ── r ── b
test.for(['tcp', 'udp'] as const)(
  'by %s, where the source translates both addresses and both ports',
  async (by, { lab }) => {
    const { a, r, b } = await build(lab, 'snat to 10.0.0.77:700-799');
    a.interface().address.add('10.0.0.77/24');
    await addRules(a, 'ip nat out { type nat hook output priority -100; }', [
      `ip daddr 10.9.9.9 meta l4proto ${by} dnat to 10.0.1.2:4000`,
    ]);
    await answerAt(b, by);
    await expect(a).toReach('10.9.9.9', { by, port: 80, through: [r, b] });
    await addRules(r, 'ip f c { type filter hook forward priority 0; }', ['ip daddr 10.0.1.2 drop']);
    await expect(a).not.toReach('10.9.9.9', { by, port: 80, droppedBy: 'nft.drop', at: r });
  },
);

test.for(['tcp', 'udp'] as const)('by %s, where the source translates the target address', async (by, { lab }) => {
  const { a, r, b } = await build(lab, 'snat to 10.0.0.77:700-799');
  a.interface().address.add('10.0.0.77/24');
  b.interface().address.add('10.0.1.88/24');
  await addRules(a, 'ip nat out { type nat hook output priority -100; }', ['ip daddr 10.0.1.2 dnat to 10.0.1.88']);
  await expect(a).toReach(b, { by, through: r });
  await addRules(r, 'ip f c { type filter hook forward priority 0; }', ['ip daddr 10.0.1.88 drop']);
  await expect(a).not.toReach(b, { by });
});

/** A program that answers at port 4000, ready when this returns. What it sends has nothing of what it got. */
async function answerAt(namespace: Namespace, by: 'tcp' | 'udp'): Promise<void> {
  const script =
    by === 'tcp'
      ? `require('net').createServer((c) => c.end()).listen(4000, '0.0.0.0', () => console.log('ready'))`
      : `const s = require('dgram').createSocket('udp4');
         s.on('message', (m, from) => s.send('yes', from.port, from.address)).bind(4000, () => console.log('ready'))`;
  await namespace.daemon(process.execPath, ['-e', script], { ready: { log: 'ready' } });
}
