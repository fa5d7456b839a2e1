import { describe, expect, test } from 'hairpin';
import { vi } from 'vitest';
import { CASES, EXCLUDE, INCLUDE, OTHER, Snooping, WITHIN } from './source-lists.ts';

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

describe('reports with lists of sources say which of them the group is sent on from', () => {
  test.for(CASES)(`IGMPv3 report ${GROUP} $name`, async ({ reports, forwarded, kept, soon }, { lab }) => {
    const net = new Snooping(lab, IGMP);
    // How long the bridge waits for somebody else who wants a source that a member does not want any more.
    net.bridge.set({ mcastLastMemberInterval: soon ? 0.1 : 600 });
    await net.begin();
    await net.report(net.member, ...reports);
    await net.keeps(forwarded, kept);
    await (soon ? vi.waitFor(() => net.sendsOn(forwarded, kept), WITHIN) : net.sendsOn(forwarded, kept));
  });

  test(`IGMPv3 group ${GROUP} exclude timeout`, async ({ lab }) => {
    const net = new Snooping(lab, IGMP);
    await net.begin();
    net.bridge.set({ mcastMembershipInterval: 0.5 });
    await net.report(net.member, INCLUDE, EXCLUDE);
    net.bridge.set({ mcastMembershipInterval: 600 });
    await net.report(net.member, ['allow', [20, 30]]);
    await net.keeps([20, 30], []);
    await vi.waitFor(() => net.sendsOn([20, 30], [1, 2, OTHER]), WITHIN);
  });

  test('IGMPv3 S,G port entry automatic add to a *,G port', async ({ lab }) => {
    const net = new Snooping(lab, IGMP);
    await net.begin();
    await net.report(net.member, INCLUDE, EXCLUDE);
    await net.report(net.other, INCLUDE);
    await net.keeps([3, OTHER], []);
    await net.sendsOn([3]);
  });
});
