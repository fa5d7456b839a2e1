import { expect, type Lab, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink } from './referee.ts';

/** a: hsr0 (eth0, eth1) ══ b: hsr0 (eth0, eth1), by two cables */
function build(lab: Lab, options: { proto?: 'hsr' | 'prp'; supervision?: number } = {}) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cables = [0, 1].map(() => lab.cable(a, b, { a: { address: false }, b: { address: false } }));
  const ends = (
    [
      ['a', a],
      ['b', b],
    ] as const
  ).map(([end, ns], at) => {
    const [slave1, slave2] = cables.map((cable) => cable[end]) as [(typeof cables)[0]['a'], (typeof cables)[0]['a']];
    return ns.link('hsr', { slave1, slave2, ...options, address: `10.7.0.${at + 1}/24` });
  });
  return { a, b, cables, ends };
}

describeNeeding(['hsr'], () => {
  test('an hsr is what iproute2 calls one', async ({ lab }) => {
    const { a, ends } = build(lab, { supervision: 7 });
    const { linkinfo } = await ipLink(a, 'hsr0');
    expect(linkinfo).toMatchObject({ info_kind: 'hsr', info_data: { slave1: 'eth0', slave2: 'eth1', proto: 0 } });
    expect(JSON.stringify(linkinfo)).toContain('01:15:4e:00:01:07');
    expect(ends[0]?.supervisionAddr).toBe('01:15:4e:00:01:07');
    expect([ends[0]?.slave1, ends[0]?.slave2]).toEqual([a.interface('eth0'), a.interface('eth1')]);
  });

  test.for(['hsr', 'prp'] as const)('two nodes of %s reach each other by either cable', async (proto, { lab }) => {
    const { a, cables, ends } = build(lab, { proto });
    expect((await ipLink(a, 'hsr0')).linkinfo.info_data).toMatchObject({ proto: proto === 'prp' ? 1 : 0 });
    for (const cable of cables) {
      using _cut = cable.unplug();
      await expect(a).toReach(ends[1] as never);
    }
  });

  test('both slaves must be given', ({ lab }) => {
    const a = lab.namespace('a');
    const { a: slave1 } = lab.cable(a, lab.namespace('b'));
    expect(() => a.link('hsr', { slave1 } as never)).toThrow(
      new UsageError('a.link(hsr): slave2 must be given: an interface of the same namespace'),
    );
  });
});
