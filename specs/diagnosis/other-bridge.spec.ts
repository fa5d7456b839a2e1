import { expect, test } from 'hairpin';
import { diagnosed } from './diagnosed.ts';

// a ── p0 (sw: br0)   p1 (br1) ── b
test('a port of another bridge of the switch', async ({ lab }) => {
  const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, sw);
  lab.cable(b, sw);
  await sw.exec('ip', ['link', 'add', 'br1', 'up', 'type', 'bridge']);
  await sw.exec('ip', ['link', 'set', 'p1', 'master', 'br1']);
  expect(await diagnosed(expect(a).toReach(b, { within: 50, family: 4 }))).toEqual({
    code: 'bridge.other-bridge',
    facts: { port: 'sw/p0', bridge: 'br0', wanted: 'sw/p1', other: 'br1' },
    of: 'probe',
    lastSeen: 'sw/p0',
  });
});
