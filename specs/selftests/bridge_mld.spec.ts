import { describe, test } from 'hairpin';
import { vi } from 'vitest';
import { CASES, EXCLUDE, INCLUDE, OTHER, Snooping, WITHIN } from './source-lists.ts';

const GROUP = 'ff02::cc';
const MLD = { version: 6, group: GROUP, source: (id: number) => `2001:db8:1::${id}` } as const;

describe('reports with lists of sources say which of them the group is sent on from', () => {
  test.for(CASES)(`MLDv2 report ${GROUP} $name`, async ({ reports, forwarded, kept, soon }, { lab }) => {
    const net = new Snooping(lab, MLD);
    // How long the bridge waits for somebody else who wants a source that a member does not want any more.
    net.bridge.set({ mcastLastMemberInterval: soon ? 0.1 : 600 });
    await net.begin();
    await net.report(net.member, ...reports);
    await net.keeps(forwarded, kept);
    await (soon ? vi.waitFor(() => net.sendsOn(forwarded, kept), WITHIN) : net.sendsOn(forwarded, kept));
  });

  test(`MLDv2 group ${GROUP} exclude timeout`, async ({ lab }) => {
    const net = new Snooping(lab, MLD);
    await net.begin();
    net.bridge.set({ mcastMembershipInterval: 0.5 });
    await net.report(net.member, INCLUDE, EXCLUDE);
    net.bridge.set({ mcastMembershipInterval: 600 });
    await net.report(net.member, ['allow', [20, 30]]);
    await net.keeps([20, 30], []);
    await vi.waitFor(() => net.sendsOn([20, 30], [1, 2, OTHER]), WITHIN);
  });

  test('MLDv2 S,G port entry automatic add to a *,G port', async ({ lab }) => {
    const net = new Snooping(lab, MLD);
    await net.begin();
    await net.report(net.member, INCLUDE, EXCLUDE);
    await net.report(net.other, INCLUDE);
    await net.keeps([3, OTHER], []);
    await net.sendsOn([3]);
  });
});
