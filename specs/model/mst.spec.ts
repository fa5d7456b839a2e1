import { expect, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { Referee } from './agreement.ts';

const STATES = ['disabled', 'listening', 'learning', 'blocking', 'forwarding'] as const;
const BROADCAST = 'ff:ff:ff:ff:ff:ff';

// a ── p0 (sw) p1 ── b, all in VLAN 1 of the common tree, and in VLAN 10 of instance 1
describeNeeding([VLAN_FILTERING], () => {
  test.for(STATES)(
    'an instance and the common tree, one of them %s: model and kernel agree',
    async (state, { lab }) => {
      const [sw, a, b] = [
        lab.switch('sw', { vlanFiltering: true, mstEnabled: true }),
        lab.namespace('a'),
        lab.namespace('b'),
      ];
      const [p0, p1] = [lab.cable(a, sw).b, lab.cable(b, sw).b];
      for (const port of [p0, p1]) port.vlan.add({ id: 10 });
      sw.mst.add({ msti: 1, id: 10 });
      sw.mst.set({ msti: 1, port: p0, state: 'forwarding' });
      using referee = new Referee(lab);
      const isOut = async (id: number) => {
        const ways = await referee.follow(a.interface(), BROADCAST, 46, id === 1 ? [] : [{ type: 0x8100, id }]);
        expect(ways?.kernel).toEqual(ways?.model);
        return ways?.kernel.includes('out sw/p1');
      };
      sw.mst.set({ msti: 1, port: p1, state });
      expect([await isOut(1), await isOut(10)]).toEqual([true, state === 'forwarding']);
      sw.mst.set({ msti: 1, port: p1, state: 'forwarding' });
      p0.set({ state });
      expect(await isOut(10)).toBe(true);
      // Without a tree the kernel makes blocking forwarding (br_make_forwarding).
      expect(await isOut(1)).toBe(p0.settings.state === 'forwarding');
      const back = await referee.follow(b.interface(), a.interface().mac, 46);
      expect(back?.kernel).toEqual(back?.model);
    },
  );
});
