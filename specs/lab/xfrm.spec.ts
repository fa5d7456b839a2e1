import { expect, type Lab, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink, refusal } from './referee.ts';

/** a ─ xfrm0 ┄ a/eth0 ── eth0/b ┄ xfrm0 ─ b */
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
  return { a, b };
}

describeNeeding(['xfrm'], () => {
  test('an xfrm interface is what iproute2 calls one', async ({ lab }) => {
    const { a } = build(lab);
    const xfrm = a.link('xfrm', { ifId: 7, dev: a.interface('eth0'), address: '10.7.0.1/24' });
    expect((await ipLink(a, 'xfrm0')).linkinfo).toMatchObject({ info_kind: 'xfrm', info_data: { if_id: '0x7' } });
    expect([xfrm.ifId, xfrm.dev]).toEqual([7, a.interface('eth0')]);
  });

  test('with states and policies of its id, two ends reach each other', async ({ lab }) => {
    const { a, b } = build(lab);
    const [, right] = [a, b].map((ns, at) => ns.link('xfrm', { ifId: 7, address: `10.7.0.${at + 1}/24` }));
    await expect(a).not.toReach(right as never);
    for (const [at, { xfrm }] of [a, b].entries()) {
      for (const [spi, src, dst] of [
        [1, '192.0.2.1', '192.0.2.2'],
        [2, '192.0.2.2', '192.0.2.1'],
      ] as const) {
        const esp = { src, dst, proto: 'esp', mode: 'tunnel', reqid: 1 } as const;
        xfrm.state.add({ ...esp, spi, ifId: 7, enc: { name: 'ecb(cipher_null)', key: '' } });
        const isOut = (src === '192.0.2.1') === (at === 0);
        xfrm.policy.add({ dir: isOut ? 'out' : 'in', ifId: 7, tmpl: esp });
      }
    }
    await expect(a).toReach(right as never);
  });

  test('the kernel refuses a second of one id', ({ lab }) => {
    const { a } = build(lab);
    a.link('xfrm', { ifId: 7 });
    expect(refusal(() => a.link('xfrm', { ifId: 7 }))).toContain('a has an xfrm interface of ifId 7 already');
    expect(() => a.link('xfrm', {})).toThrow(
      new UsageError('a.link(xfrm): ifId must be given: a whole number from 1 to 4294967295'),
    );
  });
});
