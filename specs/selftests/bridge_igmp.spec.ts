import { describe, expect, test } from 'hairpin';
import { Snooping, testSourceLists, WITHIN } from './source-lists.ts';

const GROUP = '239.10.10.10';
const IGMP = { version: 4, group: GROUP, source: (id: number) => `192.0.2.${id}` } as const;
/** A host that is given no time to answer takes the querier for one of IGMPv1, and leaves without a word (igmp_heard_query). */
const V2 = { mcastIgmpVersion: 2, mcastQueryResponseInterval: 0.1 } as const;

describe('a member that joins and leaves', () => {
  test(`IGMPv2 report ${GROUP}`, async ({ lab }) => {
    const net = new Snooping(lab, IGMP);
    net.bridge.set(V2);
    await net.begin();
    using _ = net.member.join(GROUP);
    await expect(net.bridge).toHaveMdbEntry({ group: GROUP, port: 'p0' });
    await net.sendsOn([1]);
  });

  test(`IGMPv2 leave ${GROUP}`, async ({ lab }) => {
    const net = new Snooping(lab, IGMP);
    net.bridge.set({ ...V2, mcastLastMemberInterval: 0.1 });
    await net.begin();
    const member = net.member.join(GROUP);
    await expect(net.bridge).toHaveMdbEntry({ group: GROUP, port: 'p0' });
    member.leave();
    await expect(net.bridge).not.toHaveMdbEntry({ group: GROUP, port: 'p0' }, { within: WITHIN });
    await net.sendsOn([], [1]);
  });
});

testSourceLists('IGMPv3', IGMP);
