import { expect, test } from 'hairpin';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

//               ┌── eth1 ─────────┐
// a ── eth0 (r) ┤                 s2 ── b
//               └── eth2 ── r2 ───┘
test('of two ways out, the rule about the one that a packet takes is named', async ({ lab }) => {
  const [a, r, r2, b] = [lab.namespace('a'), lab.router('r'), lab.router('r2'), lab.namespace('b')];
  const s2 = lab.switch('s2');
  lab.cable(a, r);
  lab.cable(r, s2);
  lab.cable(r, r2);
  lab.cable(r2, s2);
  lab.cable(b, s2);
  const [to = '', via = ''] = [b.interface(), r2.interface('eth0')].map((device) => device.address.first(4)?.address);
  await r.exec('ip', ['route', 'add', to, 'via', via, 'dev', 'eth2']);
  const chain = (name: string, priority: number) => `ip t ${name} { type filter hook forward priority ${priority}; }`;
  await addRules(r, chain('f', 0), ['oifname "eth1" icmp type echo-request drop']);
  await expect(a).toReach(b);
  await addRules(r, chain('g', 5), ['oifname "eth2" drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'a/eth0 → r/eth0 ✗ dropped by the packet filter of r, table ip t, chain g (hook forward):\n',
  );
});
