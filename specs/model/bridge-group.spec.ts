import { describe, expect, test } from 'vitest';
import { predict } from '../../lib/model/predict.ts';
import { stepsOf } from '../../lib/model/prediction.ts';
import type { IpPacket } from '../../lib/wire/ip-packet.ts';
import { multicastMac4 } from '../../lib/wire/mac-address.ts';
import { type PlannedMember, type PlannedPort, planNetwork } from './plan-network.ts';

const L2 = '01:00:00:00:00:07';
const GROUP = '239.1.1.1';

interface Options {
  data?: object;
  members?: { group: string; port: string; vid?: number }[];
  pb?: Partial<PlannedPort>;
  routers?: string[];
  packet?: Partial<IpPacket>;
}

/**
 * a ── pa ┐
 * b ── pb ┼ br0 (sw), which snoops
 * c ── pc ┘
 */
function send(group: string, { data = {}, members = [], pb = {}, routers = [], packet = {} }: Options) {
  const end = (host: 'a' | 'b' | 'c', last: number) =>
    ({
      ...({ mac: `02:00:00:00:01:0${last}`, peer: `${host}/eth0` } as const),
      port: { of: 'br0', mcastRouter: 1, ...(host === 'b' ? pb : {}) },
    }) as const;
  const settings = { ageingTime: 300, stp: false, groupFwdMask: 0, vlanFiltering: false, mcastRouter: 0, ...data };
  const state = planNetwork(
    {
      'sw/br0': { kind: 'bridge', mac: '02:00:00:00:01:00', data: { mcastSnooping: true, ...settings } },
      'sw/pa': end('a', 1),
      'sw/pb': end('b', 2),
      'sw/pc': end('c', 3),
      'a/eth0': { mac: '02:00:00:00:00:0a', peer: 'sw/pa' },
      'b/eth0': { mac: '02:00:00:00:00:0b', peer: 'sw/pb' },
      'c/eth0': { mac: '02:00:00:00:00:0c', peer: 'sw/pc' },
    },
    {
      members: members.map((member): PlannedMember => ({ bridge: 'sw/br0', ...member })),
      routers: routers.map((port) => `sw/${port}` as const),
    },
  );
  const link = state.namespaces.find(({ name }) => name === 'a')?.links[0];
  const isIp = group.includes('.');
  const usual = { family: 4, source: '10.0.0.1', destination: group, protocol: 17, payload: Buffer.alloc(8) } as const;
  const frame = {
    ...{ source: link?.mac ?? '', destination: isIp ? multicastMac4(group) : group, tags: [], length: 46 },
    ...(isIp
      ? { etherType: packet.family === 6 ? 0x86dd : 0x0800, packet: { ...usual, ...packet } }
      : { etherType: 0x88b5 }),
  };
  const prediction = predict(state, frame, { namespace: 'a', index: link?.index ?? 0, direction: 'out' });
  return {
    hosts: stepsOf(prediction)
      .filter(({ accepted }) => accepted)
      .map(({ at }) => at.namespace)
      .sort(),
    drops: (prediction.next[0]?.drops ?? []).map(({ cause }) => cause),
    unknown: prediction.next[0]?.unknown,
  };
}

describe('groups that are no packets of IP (br_group_is_l2)', () => {
  test('go to everybody without an entry, and with one to its members alone', () => {
    expect(send(L2, {}).hosts).toEqual(['b', 'c', 'sw']);
    const entered = send(L2, { members: [{ group: L2, port: 'pb' }] });
    expect([entered.hosts, entered.unknown]).toEqual([['b'], undefined]);
    const facts = (port: string) => ({ code: 'bridge.no-mdb-entry', facts: { port, group: L2 } });
    expect(entered.drops).toEqual(expect.arrayContaining([facts('sw/pc'), facts('sw/br0')]));
    expect(send(L2, { members: [{ group: L2, port: 'br0' }] }).hosts).toEqual(['sw']);
  });

  test('go to a permanent router port, flags or not, and perhaps to one behind which a router was heard', () => {
    const members = [{ group: L2, port: 'pc' }];
    expect(send(L2, { members, pb: { mcastRouter: 2, mcastFlood: false } }).hosts).toEqual(['b', 'c']);
    const heard = send(L2, { members, routers: ['pb'] });
    expect([heard.hosts, heard.unknown]).toEqual([['c'], 'sw/br0 snoops multicast']);
    expect(heard.drops).not.toContainEqual(expect.objectContaining({ facts: { port: 'sw/pb', group: L2 } }));
  });

  test('have members in each VLAN', () => {
    const members = [
      { group: L2, port: 'pb', vid: 1 },
      { group: L2, port: 'pc', vid: 2 },
    ];
    const sent = send(L2, { members, data: { vlanFiltering: true } });
    expect(sent.hosts).toEqual(['b']);
    expect(sent.drops).toContainEqual({ code: 'bridge.no-mdb-entry', facts: { port: 'sw/pc', group: L2, vlan: 1 } });
  });

  test('go out as copies to single hosts where the port says so, which the model does not follow', () => {
    const copied = send(L2, { members: [{ group: L2, port: 'pb' }], pb: { mcastToUnicast: true } });
    expect([copied.hosts, copied.unknown]).toEqual([[], 'sw/br0 snoops multicast']);
  });
});

describe('groups of IP', () => {
  const members = [{ group: GROUP, port: 'pb' }];

  test('go to everybody while nobody asks for members (br_multicast_querier_exists)', () => {
    const sent = send(GROUP, { members });
    expect([sent.hosts, sent.unknown]).toEqual([['b', 'c', 'sw'], undefined]);
  });

  test.for([{ mcastQuerier: true }, { querier: { other4: 100 } }])(
    'go to members once somebody asks, when that counts the kernel does not tell: %j',
    (data) => {
      const sent = send(GROUP, { members, data });
      expect(sent.hosts).toEqual(['b']);
      expect(sent.unknown).toBe('sw/br0 snoops multicast, and may not have asked for long enough');
      expect(sent.drops).toContainEqual({ code: 'bridge.no-mdb-entry', facts: { port: 'sw/pc', group: GROUP } });
      // Without any member, too: it is for routers only.
      expect(send(GROUP, { data }).hosts).toEqual([]);
    },
  );

  test('have sources in IGMP of version 3, so the model does not know who wants them', () => {
    const data = { mcastQuerier: true, mcastIgmpVersion: 3 };
    const lost = { code: 'bridge.no-mdb-entry', facts: { port: 'sw/pb', group: GROUP } };
    expect(send(GROUP, { data }).drops).toContainEqual(lost);
    const entered = send(GROUP, { data, members });
    expect([entered.hosts, entered.unknown !== undefined]).toEqual([[], true]);
    expect(entered.drops).not.toContainEqual(expect.objectContaining({ code: lost.code }));
  });

  test.for([
    ['IGMP', { protocol: 2 }],
    ['MLD, behind a hop-by-hop header', { family: 6, destination: 'ff02::16', protocol: 0 }],
    ['MLD', { family: 6, destination: 'ff02::16', protocol: 58, payload: Buffer.of(143) }],
  ] as const)('messages of membership go where the model does not know: %s', ([, packet]) => {
    const sent = send(GROUP, { packet });
    expect([sent.hosts, sent.unknown]).toEqual([[], 'sw/br0 snoops multicast']);
  });

  test('of the link go to everybody (RFC 4541)', () => {
    expect(send('224.0.0.251', { data: { mcastQuerier: true } }).hosts).toEqual(['b', 'c', 'sw']);
  });
});
