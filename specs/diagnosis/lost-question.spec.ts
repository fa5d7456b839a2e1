import { expect, type Lab, test } from 'hairpin';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 100, family: 4 } as const;

// a ── r ── p0 sw p1 ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  const sw = lab.switch('sw');
  const { b: p0 } = lab.cable(r, sw);
  const { b: p1 } = lab.cable(b, sw);
  return { a, r, b, sw, p0, p1 };
}

test.for([4, 6] as const)(
  'what kept the question of a router from the host is named, over IPv%i',
  async (family, { lab }) => {
    const { a, b, sw, p0, p1 } = build(lab);
    p0.set({ isolated: true });
    p1.set({ isolated: true });
    const address = family === 4 ? '10.0.1.2' : 'fd00:0:0:1::2';
    expect(await diagnosed(expect(a).toReach(b, { ...SHORT, family }))).toEqual({
      code: 'neighbour.unanswered',
      facts: {
        asked: { by: 'r', address },
        lost: {
          lastSeen: 'sw/p0',
          cause: { code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' } },
        },
      },
      of: 'probe',
      lastSeen: 'r/eth0',
    });
    await expect(a).not.toReach(b, { family, droppedBy: 'neighbour.unanswered', at: sw });
    p1.set({ isolated: false });
    await expect(a).toReach(b, { family });
  },
);

test('the message has the question, the place and the cause, with its hint', async ({ lab }) => {
  const { a, b, p1 } = build(lab);
  p1.set({ bcastFlood: false });
  expect(await explanationOf(expect(a).toReach(b, SHORT))).toContain(
    'a/eth0 → r/eth0 ✗ r asks who has 10.0.1.2, and nobody answers. The question was last seen at sw/p0: sw/p1 sends no broadcast: bcast_flood is off\n' +
      'Hint: set({ bcastFlood: true }) on sw/p1',
  );
});

// a ── r ── p0 sw p1 ── b
//              p2 ── c
test('an answer to a router that a switch keeps is followed as well', async ({ lab }) => {
  const { a, r, b, sw } = build(lab);
  const { b: p2 } = lab.cable(lab.namespace('c'), sw);
  sw.fdb.add(r.interface('eth1').mac, p2, { sticky: true });
  expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
    code: 'neighbour.answer-lost',
    facts: {
      asked: { by: 'r', address: '10.0.1.2', answeredBy: 'b' },
      lost: { lastSeen: 'sw/p1', cause: { code: 'bridge.other-port', facts: { port: 'sw/p2', wanted: 'sw/p0' } } },
    },
  });
});

test('a host that nobody can ask for has no further reason', async ({ lab }) => {
  const { a, b, r } = build(lab);
  b.interface().address.delete('10.0.1.2/24');
  expect(await diagnosed(expect(a).toReach('10.0.1.2', SHORT))).not.toHaveProperty('facts.lost');
  expect(r.neighbour.list()).not.toContainEqual(expect.objectContaining({ to: '10.0.1.2', state: 'REACHABLE' }));
});
