import { expect, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

// a ── p0 (sw) p1 ── b
test('an fdb entry that was meant to be static, and is local, keeps the frames of a host', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  const { a: eth0 } = lab.cable(b, sw);
  const replace = (kind: string) => sw.exec('bridge', ['fdb', 'replace', eth0.mac, 'dev', 'p1', 'master', kind]);
  await replace('static');
  await expect(a).toReach(b);
  // iproute2's default, by which the address is one of the bridge itself.
  await replace('permanent');
  expect(await diagnosed(expect(a).toReach(b, { within: 50, family: 4 }))).toEqual({
    code: 'bridge.local-entry',
    facts: { mac: eth0.mac, port: 'sw/p1', wanted: 'sw/p1' },
    of: 'probe',
    lastSeen: 'sw/p0',
  });
});
