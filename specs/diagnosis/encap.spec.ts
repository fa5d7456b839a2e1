import { expect, type Lab, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { describeSegmentRouting } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

// a, whose route to b wraps its packets in others (seg6) ── r ── b
async function build(lab: Lab, segment: string) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r, { a: { address: 'fd00:1::1/64' }, b: { address: 'fd00:1::2/64' } });
  lab.cable(r, b, { a: { address: 'fd00:2::1/64' }, b: { address: 'fd00:2::2/64' } });
  await a.exec('ip', `-6 route replace fd00:2::/64 encap seg6 mode encap segs ${segment} dev eth0`.split(' '));
  return { a, b };
}

await describeSegmentRouting(() => {
  test('a probe that left inside another packet was sent', async ({ lab }) => {
    const { a, b } = await build(lab, 'fd00:1::2');
    // r has seg6_enabled 0, so it drops what has segments.
    await expect(a).not.toReach(b);
    await expect(a).not.toReach(b, { by: 'udp', because: 'lost' });
  });

  test('a probe whose outer packet waits for its next hop was not sent, and that hop is named', async ({ lab }) => {
    const { a, b } = await build(lab, 'fd00:1::99');
    expect(await failureOf(expect(a).not.toReach(b))).toContain(
      'nothing was sent: the route wraps the probe (encap), and nobody answers for fd00:1::99, the next hop of the outer packet\n',
    );
    expect(await diagnosed(expect(a).toReach(b, { within: 50 }))).toMatchObject({
      code: 'neighbour.unanswered',
      facts: { asked: { by: 'a', address: 'fd00:1::99' } },
    });
  });

  test.for([
    ['fd00:1::2', undefined],
    ['fd00:1::99', 'fd00:1::99'],
  ] as const)(
    'the question of another program is no reason, with the segment %s',
    async ([segment, named], { lab }) => {
      const { a, b } = await build(lab, segment);
      // A stranger asks for a host that is not there, first and all the while.
      const stranger = a.exec('ping', ['-6', '-i', '0.01', 'fd00:1::77'], { reject: false });
      await expect(a).toHaveNeighbour({ to: 'fd00:1::77' });
      expect(await diagnosed(expect(a).toReach(b, { within: 1500 }))).toMatchObject(
        named
          ? { code: 'neighbour.unanswered', facts: { asked: { by: 'a', address: named } } }
          : { code: 'seg6.disabled', facts: { device: 'r/eth0' } },
      );
      stranger.kill();
      await stranger;
    },
  );
});
