import { describe, expect, type Interface, test } from 'hairpin';
import { FRAMES } from '../../lib/probes/test-frame.ts';
import { buildFrame } from '../../lib/wire/build-frame.ts';
import { heardBy, WAITING } from './rebuilt-outcomes.ts';

// ns1 ─ m1 ┐
//          ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 ┘
describe('a script that asks who hears a frame', WAITING, () => {
  test.for(FRAMES)('%s', async (frame, { lab, macvlanPair }) => {
    const { m1, m2, switchPort } = macvlanPair({ mode: 'vepa' });
    const question = { frame, from: m1, to: m2 as Interface, joined: true };
    expect(await heardBy(lab, question)).toBe('exit code 1');
    switchPort.set({ hairpin: true });
    expect(await heardBy(lab, question)).toBe('heard');
  });

  // a ── sw ── b
  test('a frame that a spec described', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    const [{ a: from, b: pa }, { a: to, b: pb }] = [lab.cable(a, sw), lab.cable(b, sw)];
    const frame = buildFrame(
      { destination: 'ff:ff:ff:ff:ff:ff', vlan: 10, payload: 'tagged' },
      {
        source: from.mac,
        destination: to.mac,
        sourceIp: undefined,
        destinationIp: undefined,
        payload: Buffer.alloc(0),
      },
    );
    const question = { frame, from, to, joined: true };
    expect(await heardBy(lab, question)).toBe('heard');
    for (const port of [pa, pb]) port.set({ isolated: true });
    expect(await heardBy(lab, question)).toBe('exit code 1');
  });

  // a ── b
  test('of a group that nobody has joined, the frame comes to the device all the same', async ({ lab }) => {
    const { a: from, b: to } = lab.cable(lab.namespace('a'), lab.namespace('b'));
    expect(await heardBy(lab, { frame: 'multicast', from, to, joined: false })).toBe('heard');
  });
});
