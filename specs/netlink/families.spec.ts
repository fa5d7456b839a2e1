import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bridge } from '../../lib/links/bridge.ts';
import { portSettings } from '../../lib/links/bridge-port.ts';
import { ipvlan } from '../../lib/links/ipvlan.ts';
import { macvtap } from '../../lib/links/macvlan.ts';
import { veth } from '../../lib/links/veth.ts';
import { vlan } from '../../lib/links/vlan.ts';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import type { Request } from '../../lib/netlink/request.ts';
import { bytes, damaged, ipv4, ipv6, mac, numRuns } from '../unit/arbitraries.ts';
import { FAMILIES } from './families.ts';

const { ipLink, bridgeLink, ipAddress, ipRoute, ipNexthop, ipNeighbour, bridgeFdb, bridgeMdb, bridgeVlan, ipNtable } =
  FAMILIES;

function written(request: Request): Buffer {
  const to = new Writer();
  request.write(to);
  return Buffer.from(to.bytes);
}

const NAMES = { namespace: 'ns1', device: (index: number) => `dev${index}`, netns: (fd: number) => `ns${fd}` };

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const upTo = (max: number) => fc.integer({ min: 0, max });
const index = fc.integer({ min: 1, max: 0x7fff_ffff });
const u32 = upTo(0xffff_ffff);
const name = fc.stringMatching(/^[a-z][a-z0-9.]{0,14}$/);
const on = fc.boolean();
const prefix = fc.oneof(
  fc.record({ address: ipv4, length: fc.integer({ min: 1, max: 32 }), family: fc.constant(4 as const) }),
  fc.record({ address: ipv6, length: fc.integer({ min: 1, max: 128 }), family: fc.constant(6 as const) }),
);

/** What a kind says of itself; the kernel says nothing of a veth. */
const kinds = fc.oneof(
  fc
    .record({
      mode: fc.constantFrom('private', 'vepa', 'source'),
      nopromisc: on,
      nodst: on,
      bcqueuelen: u32,
      macaddr: fc.array(mac, { maxLength: 3 }),
    })
    .map((data) => macvtap.as(data)),
  fc
    .record({ mode: fc.constantFrom('l2', 'l3', 'l3s'), flag: fc.constantFrom('bridge', 'private', 'vepa') })
    .map((data) => ipvlan.as(data)),
  fc.record({ protocol: fc.constantFrom('802.1Q', '802.1ad'), id: upTo(4095) }).map((data) => vlan.as(data)),
  fc.record({ ageingTime: upTo(1_000_000), stp: on, mcastSnooping: on }).map((data) => bridge.as(data)),
  fc.record({ peer: fc.record({ index, name, mac, netns: index, up: on }) }).map((data) => veth.as(data)),
);
const port = fc.record({
  hairpin: on,
  isolated: on,
  learning: on,
  flood: on,
  locked: on,
  state: fc.constantFrom('disabled', 'forwarding', 'blocking'),
  cost: upTo(65535),
  priority: upTo(63),
});

/** For each family: what is said to the kernel, the request, and what comes back if the kernel says the same. */
const said: { [Name in string]: fc.Arbitrary<{ request: Request; expected: unknown }> } = {
  link: fc
    .tuple(
      fc.record({
        index,
        name,
        mac,
        mtu: u32,
        master: optional(index),
        link: optional(index),
        up: on,
        promiscuous: on,
        arp: on,
      }),
      kinds,
    )
    .map(([link, kind]) => ({ request: ipLink.add({ ...link, ...kind }), expected: { ...link, ...kind } })),
  port: fc.tuple(index, port).map(([at, settings]) => ({
    request: bridgeLink.change({ index: at, ...settings }),
    expected: { index: at, ...settings },
  })),
  address: fc
    .tuple(prefix, fc.record({ index, metric: optional(fc.integer({ min: 1, max: 0xffff_ffff })), noPrefixRoute: on }))
    .map(([to, rest]) => ({
      request: ipAddress.add({ ...to, ...rest }),
      expected: { ...to, ...rest, peer: undefined },
    })),
  route: fc
    .tuple(
      prefix,
      fc.record({
        metric: optional(u32),
        mtu: optional(u32),
        table: upTo(0xffff_ffff),
        nextHops: fc.array(
          fc.record({ via: fc.oneof(ipv4, ipv6), device: index, weight: fc.integer({ min: 1, max: 256 }), onlink: on }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    )
    .map(([to, rest]) => {
      // An IPv6 route has no next hop of IPv4.
      const nextHops = rest.nextHops.map((hop) => (to.family === 6 ? { ...hop, via: 'fd00::1' } : hop));
      return { request: ipRoute.add({ to, ...rest, nextHops }), expected: { to, ...rest, nextHops, type: 'unicast' } };
    }),
  nexthop: fc
    .record({
      id: u32,
      group: fc.array(fc.record({ id: u32, weight: fc.integer({ min: 1, max: 65_535 }) }), { maxLength: 4 }),
    })
    .map((group) => ({ request: ipNexthop.add(group), expected: group })),
  neighbour: fc
    .record({ to: fc.oneof(ipv4, ipv6), lladdr: mac, device: index, state: fc.constantFrom('PERMANENT', 'STALE') })
    .map((entry) => ({ request: ipNeighbour.replace(entry), expected: entry })),
  fdb: fc.record({ mac, device: index, vlan: optional(upTo(4095)) }).map((entry) => ({
    request: bridgeFdb.replace({ ...entry, state: 'NOARP', master: true }),
    expected: { ...entry, permanent: true, local: false },
  })),
  vlan: fc
    .tuple(index, fc.record({ id: upTo(4095), pvid: on, untagged: on }))
    .map(([at, vlan]) => ({ request: bridgeVlan.add({ index: at, ...vlan }), expected: { index: at, vlans: [vlan] } })),
  timers: fc.record({ device: index, retrans: upTo(100_000), proxyDelay: upTo(100_000) }).map((timers) => ({
    request: ipNtable.change({ family: 4, ...timers }),
    expected: { ...timers, whole: undefined },
  })),
};

describe('what is said to the kernel is read back as it was said', () => {
  test.each(Object.keys(said))('of a %s', (family) => {
    fc.assert(
      fc.property(said[family] as fc.Arbitrary<{ request: Request; expected: object }>, ({ request, expected }) => {
        expect(request.read(written(request))).toMatchObject(expected);
        expect(request.words(NAMES)).not.toMatch(/undefined|object|NaN| {2}/);
      }),
    );
  });

  test('of a group of the multicast database, which the kernel tells in another form', () => {
    fc.assert(
      fc.property(
        fc.record({
          bridge: index,
          port: index,
          group: fc.oneof(ipv4, ipv6, mac),
          state: fc.constantFrom('temp' as const, 'permanent' as const),
          vid: upTo(4095),
        }),
        (entry) => {
          const request = written(bridgeMdb.add(entry));
          // br_port_msg, then MDBA_MDB { MDBA_MDB_ENTRY { MDBA_MDB_ENTRY_INFO } } around what stands in MDBA_SET_ENTRY.
          const [header, inner] = [request.subarray(0, 8), request.subarray(8)];
          const nest = (payload: Buffer) =>
            Buffer.concat([Buffer.of((payload.length + 4) & 255, (payload.length + 4) >> 8, 1, 0x80), payload]);
          expect(bridgeMdb.all().read(Buffer.concat([header, nest(nest(inner))]))).toEqual({
            entries: [entry],
            routers: [],
          });
        },
      ),
    );
  });

  test('of a port, among what is said of a link', () => {
    fc.assert(
      fc.property(port, (settings) => {
        const request = ipLink.change({ index: 7, slaveKind: 'bridge', slaveData: settings });
        const link = ipLink.get({ index: 7 }).read(written(request));
        expect(portSettings(link)).toMatchObject(settings);
      }),
    );
  });
});

describe('whatever comes in place of an answer', () => {
  const read = (request: Request, answer: Buffer) => {
    try {
      request.read(answer);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  };

  test.each(Object.entries(FAMILIES))('%s reads it, or throws RangeError', (_, family) => {
    fc.assert(
      fc.property(bytes, (answer) => read(family.all() as Request, answer)),
      numRuns(500),
    );
  });

  test.each(Object.keys(said))('a damaged %s is read, or throws RangeError', (family) => {
    const request = said[family] as fc.Arbitrary<{ request: Request }>;
    const cases = request.chain(({ request: each }) => damaged(written(each)).map((answer) => ({ each, answer })));
    fc.assert(
      fc.property(cases, ({ each, answer }) => read(each, answer)),
      numRuns(500),
    );
  });

  test('a length that lies ends the reading', () => {
    // struct rtnexthop of length 0, and of one longer than what is left.
    for (const length of ['0000', '4000']) {
      const hops = Buffer.from(`0c000900${length}000007000000`, 'hex');
      const answer = Buffer.concat([Buffer.from('021000 00fe030001 00000000'.replaceAll(' ', ''), 'hex'), hops]);
      expect(() => ipRoute.all().read(answer)).toThrow(
        /^RTA_MULTIPATH: rtnexthop of length (0|64) does not fit into 8 bytes$/,
      );
    }
  });
});
