import { describe, expect, type Interface, test } from 'hairpin';
import { assertionOf } from '../../lib/matchers/assertion.ts';
import type { Answer } from '../../lib/matchers/message.ts';
import { toSee } from '../../lib/matchers/to-see.ts';
import { FRAMES } from '../../lib/probes/test-frame.ts';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import type { HeardQuestion } from '../../lib/report/script/script-heard.ts';
import { buildFrame } from '../../lib/wire/build-frame.ts';
import { heardBy, heardCopies, WAITING } from './rebuilt-outcomes.ts';

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
  describe('with the VLAN tags that toSee asked for', () => {
    const TAGS = [[], [10], [10, 20]];
    const CASES = TAGS.flatMap((sent) => [...TAGS, [20], [20, 10]].map((wanted) => ({ sent, wanted })));
    test.for(CASES)('sent with $sent, asked for $wanted', async ({ sent, wanted }, { lab }) => {
      const { a: from, b: to } = lab.cable(lab.namespace('a'), lab.namespace('b'));
      const ask = (isNot: boolean) =>
        toSee.call(assertionOf('toSee', to, [from], { isNot }), to, from, {
          frame: { vlan: sent, ip: {} },
          vlan: wanted,
        });
      const isSeen = (await ask(false)).pass;
      expect(isSeen).toBe(String(sent) === String(wanted));
      // The one of the two that fails has a script.
      expect(await heardBy(lab, questionOf(await ask(isSeen)))).toBe(isSeen ? 'heard' : 'exit code 1');
    });
  });

  // a ── b
  test.for(FRAMES)('as many copies as were asked for: %s', async (frame, { lab }) => {
    const { a: from, b: to } = lab.cable(lab.namespace('a'), lab.namespace('b'));
    const one = questionOf(
      await toSee.call(assertionOf('toSee', to, [from], { isNot: false }), to, from, { frame, copies: 2 }),
    );
    expect(one.copies?.count).toBe(2);
    expect(await heardCopies(lab, one, 2, 1, 0)).toEqual(['exit code 1', 'heard', 'exit code 1']);
    to.set({ up: false });
    expect(await heardCopies(lab, one, 0, 1)).toEqual(['heard', 'exit code 1']);
  });

  // a ── r ── b
  test.for([
    { family: 4, vlan: undefined },
    { family: 6, vlan: [] },
  ] as const)('a frame of IPv$family that a router forwards', async ({ family, vlan }, { lab }) => {
    const [a, b, r] = [lab.namespace('a'), lab.namespace('b'), lab.router('r')];
    const [{ a: from, b: gateway }, { a: to }] = [lab.cable(a, r), lab.cable(b, r)];
    const destination = to.address.first(family)?.address ?? '';
    const options = { frame: { destination: gateway.mac, ip: { destination }, udp: {} }, ...(vlan && { vlan }) };
    const question = questionOf(await toSee.call(assertionOf('toSee', to, [from], { isNot: true }), to, from, options));
    expect(await heardBy(lab, question)).toBe('heard');
    r.sysctl.set(`net.ipv${family}.conf.all.forwarding`, 0);
    expect(await heardBy(lab, question)).toBe('exit code 1');
  });

  // a ── sw ── b, c
  test('a script says that it does not look at other hosts', async ({ lab }) => {
    const [sw, a, b] = [lab.switch('sw'), lab.namespace('a'), lab.namespace('b')];
    for (const host of [a, b, lab.namespace('c')]) lab.cable(host, sw);
    const asked = questionOf(await toSee.call(assertionOf('toSee', b, [a], { isNot: false }), b, a, { only: true }));
    expect(labScript(readLab(lab), asked)).toContain(
      '# Left out: whether another host gets a copy (only); the script does not look there\n',
    );
  });

  // a ── b
  test('of a group that nobody has joined, the frame comes to the device all the same', async ({ lab }) => {
    const { a: from, b: to } = lab.cable(lab.namespace('a'), lab.namespace('b'));
    expect(await heardBy(lab, { frame: 'multicast', from, to, joined: false })).toBe('heard');
  });
});

/** The question that the script of a failed matcher asks. */
function questionOf(answer: Answer): HeardQuestion {
  const { asked } = answer.evidence?.failed ?? {};
  if (!asked || !('frame' in asked)) throw new Error('the matcher did not fail');
  return asked;
}
