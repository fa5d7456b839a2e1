import { expect, test } from 'hairpin';
import { explanationOf } from './explanation-of.ts';

const hint = (namespace: string) =>
  `Hint: a program on ${namespace} has to join it (IP_ADD_MEMBERSHIP); hairpin joins it unless join: false`;

// a ── b, and nobody has joined 224.0.0.251
test('a host that has not joined a group does not take its packets', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await expect(b).toHear(a, { frame: 'multicast' });
  await expect(b).not.toHear(a, { frame: 'multicast', join: false });
  const explanation = await explanationOf(expect(b).toHear(a, { frame: 'multicast', join: false }));
  expect(explanation.replaceAll(/:\d+/g, ':N')).toBe(
    `Path of the frame (UDP 10.0.0.1:N > 224.0.0.251:N, 6 bytes):
  a/eth0 → b/eth0 ✗ b/eth0 has not joined 224.0.0.251: its stack takes no packet for it
${hint('b')}`,
  );
});

test('a program of its own that has joined it hears', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const script = `const s = require('dgram').createSocket('udp4');
    s.bind(5353, () => { s.addMembership('224.0.0.251', '10.0.0.2'); console.log('joined'); })`;
  const program = b.exec(process.execPath, ['-e', script], { reject: false });
  await new Promise<void>((joined) => program.stdout.once('data', () => joined()));
  await expect(b).toHear(a, { frame: 'multicast', join: false });
});

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ─┬─ p1 ── gateway
// ns2 ─ m2 ┘                         └─ p2 ── neighbour
test('a macvlan is not even handed the frames of a group that its host has not joined', async ({ macvlanPair }) => {
  const { ns1, ns2 } = macvlanPair({ mode: 'bridge' });
  const explanation = await explanationOf(expect(ns2).toHear(ns1, { frame: 'multicast', join: false }));
  const path = (end: string) => `Path of the frame (UDP 10.0.0.101:N > 224.0.0.251:N, 6 bytes):
  ns1/m1 ─┬→ host/up0 → sw/p0 ─┬→ sw/p1 → gateway/eth0
          │                    └→ sw/p2 → neighbour/eth0
          ${end}
${hint('ns2')}`;
  // mc_hash: the parent knows a child's groups by a hash of eight bits, which another group may have, too.
  expect([
    path('└✗ ns2/m2 has not joined 224.0.0.251: its parent hands it no frame for it'),
    path('└→ ns2/m2 ✗ ns2/m2 has not joined 224.0.0.251: its stack takes no packet for it'),
  ]).toContain(explanation.replaceAll(/:\d+/g, ':N'));
});
