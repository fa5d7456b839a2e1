import { expect, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

// a ── p0 sw ─┬─ p1 (proxy_arp) ── b
//             └─ p2 ── c
test('a bridge floods nothing to a port for whose hosts it answers ARP', async ({ lab }) => {
  const sw = lab.switch('sw');
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  for (const host of [a, b, c]) lab.cable(host, sw);
  await sw.exec('ip', ['link', 'set', 'p1', 'type', 'bridge_slave', 'proxy_arp', 'on']);
  expect(await diagnosed(expect(b).toHear(a, { frame: 'broadcast', within: 50 }))).toMatchObject({
    code: 'bridge.proxy-arp',
    facts: { port: 'sw/p1' },
    lastSeen: 'sw/p0',
  });
});
