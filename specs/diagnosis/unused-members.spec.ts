import { expect, type Lab, test } from 'hairpin';
import { describeLoadingPrograms, describeNeeding } from '../needs.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 100, family: 4 } as const;

// a: s0, s1 ══ t0, t1 (b), by two cables
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const cables = [0, 1].map((at) =>
    lab.cable(a, b, { a: { name: `s${at}`, address: false }, b: { name: `t${at}`, address: false } }),
  );
  return { a, b, cables };
}

describeNeeding(['bond'], () => {
  test('a bond whose slaves have no carrier names them', async ({ lab }) => {
    const { a, cables } = build(lab);
    const bond = a.link('bond', { mode: 'balance-xor', miimon: 10, address: '10.5.0.1/24' });
    for (const { a: slave } of cables) slave.set({ up: false, master: bond });
    for (const { b: end } of cables) end.set({ up: false });
    await expect(bond).toHaveLink({ carrier: false });
    expect(await diagnosed(expect(a).toReach('10.5.0.2', SHORT))).toMatchObject({
      code: 'link.no-carrier',
      facts: { device: 'a/bond0', because: 'members', members: ['a/s0', 'a/s1'] },
    });
  });

  describeLoadingPrograms(() => {
    test('a bond of LACP, and a partner that does not speak it', async ({ lab }) => {
      const { a, b, cables } = build(lab);
      const left = a.link('bond', { mode: '802.3ad', miimon: 10, address: '10.5.0.1/24' });
      const [used, unused] = cables.map(({ a: slave }) => slave);
      for (const slave of [used, unused]) slave?.set({ up: false, master: left });
      // The first aggregator sends and receives, though it has no partner; the second slave is in another (bond_3ad_handle_link_change).
      cables[1]?.b.address.add('10.5.0.2/24');
      await expect(left).toHaveLink({ carrier: true }, { within: 3000 });
      a.neighbour.add({ to: '10.5.0.2', lladdr: `${cables[1]?.b.mac}`, dev: left });
      expect(await diagnosed(expect(b).toReach('10.5.0.1', SHORT))).toMatchObject({
        code: 'bond.backup-slave',
        facts: { device: 'a/s1', bond: 'a/bond0', mode: '802.3ad' },
        lastSeen: 'a/s1',
      });
    });
  });
});

describeNeeding(['team'], () => {
  describeLoadingPrograms(() => {
    test.for([
      [{}, {}, 'mode'],
      [{ mode: 'roundrobin' }, { enabled: false }, 'ports'],
      [{ mode: 'activebackup' }, {}, 'active-port'],
    ] as const)('a team with %o, and ports with %o', async ([settings, ofPort, because], { lab }) => {
      const { a, cables } = build(lab);
      const team = a.link('team', { ...settings, address: '10.5.0.1/24' });
      for (const { a: port } of cables) {
        port.set({ up: false, master: team });
        port.set({ up: true, ...ofPort });
      }
      expect(await diagnosed(expect(a).toReach('10.5.0.2', SHORT))).toMatchObject({
        code: 'team.no-port',
        facts: { device: 'a/team0', because },
      });
    });
  });
});
