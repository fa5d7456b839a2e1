import { expect, test } from 'hairpin';
import { describeNeeding, VLAN_FILTERING } from '../needs.ts';
import { Referee } from './agreement.ts';

const STATES = ['disabled', 'listening', 'learning', 'blocking', 'forwarding'] as const;
const BY = ['p0', 'p1', 'br0'] as const;
const TAG = { type: 0x8100, id: 10 };

// a ── p0 (sw) p1 ── b, all in VLANs 1 and 10
describeNeeding([VLAN_FILTERING], () => {
  test.for(BY.flatMap((device) => STATES.map((state) => [device, state] as const)))(
    'a VLAN of %s in state %s: model and kernel agree',
    async ([device, state], { lab }) => {
      const [sw, a, b] = [lab.switch('sw', { vlanFiltering: true }), lab.namespace('a'), lab.namespace('b')];
      const [p0, p1] = [lab.cable(a, sw).b, lab.cable(b, sw).b];
      for (const each of [p0, p1, sw.br0]) each.vlan.add({ id: 10 });
      await sw.exec('bridge', ['vlan', 'set', 'vid', '10', 'dev', device, 'state', state]);
      using referee = new Referee(lab);
      for (const tags of [[], [TAG]]) {
        const ways = await referee.follow(a.interface(), 'ff:ff:ff:ff:ff:ff', 46, tags);
        expect(ways?.kernel).toEqual(ways?.model);
        const isOut = ways?.kernel.includes('out sw/p1');
        expect(isOut, `VLAN ${tags.length === 0 ? 1 : 10}`).toBe(
          tags.length === 0 || device === 'br0' || state === 'forwarding',
        );
      }
      // What is said of the address the bridge has learnt, or not.
      const back = await referee.follow(b.interface(), a.interface().mac, 46, [TAG]);
      expect(back?.kernel).toEqual(back?.model);
    },
  );
});
