import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink } from './referee.ts';

describeNeeding(['nlmon'], () => {
  // host: nlmon0
  test('an nlmon is what iproute2 calls one', async ({ lab }) => {
    const host = lab.namespace('host');
    const nlmon = host.link('nlmon');
    expect(await ipLink(host, nlmon.name)).toMatchObject({ ifindex: nlmon.index, linkinfo: { info_kind: 'nlmon' } });
    expect(nlmon.state()).toMatchObject({ up: true, arp: false });
  });
});
