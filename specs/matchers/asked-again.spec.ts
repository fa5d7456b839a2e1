import { describe, expect, test } from 'hairpin';
import { reach } from '../../lib/probes/reach.ts';
import { failureOf } from './failure-of.ts';

describe("with the kernel's defaults", () => {
  test.override({ labOptions: { defaults: 'kernel' } });

  // a ── sw1 ── r ── sw2 ── b, which is silent at first: r asks for it once a second
  test('what waits for a neighbour that an earlier question asked for is waited for', async ({ lab }) => {
    const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
    const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
    for (const [host, sw] of [
      [a, sw1],
      [r, sw1],
      [r, sw2],
      [b, sw2],
    ] as const)
      lab.cable(host, sw);
    b.sysctl.set('net.ipv4.conf.all.arp_ignore', 8);
    await reach('spec', a, b, { family: 4 }, { milliseconds: 30 });
    expect(r.neighbour.list()).toContainEqual(expect.objectContaining({ state: 'INCOMPLETE' }));
    b.sysctl.set('net.ipv4.conf.all.arp_ignore', 0);
    expect(await failureOf(expect(a).not.toReach(b))).toMatch(/^Received: +an answer/m);
  });
});
