import { expect, type FilterOptions, type Interface, type Lab, test, UsageError } from 'hairpin';
import { parseFilter } from '../../lib/lab/tables/filter-options.ts';
import type { Ct } from '../../lib/netlink/tc/act-ct.ts';
import { tcFilter } from '../../lib/netlink/tc/filter.ts';
import { diagnosed } from '../diagnosis/diagnosed.ts';
import { describeFilterActions, describeTracking, describeZones } from '../needs.ts';

/** b eth0 ── eth0 a eth1 ── eth0 c */
function build(lab: Lab) {
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const { a: eth0 } = lab.cable(a, b);
  const { a: eth1 } = lab.cable(a, c);
  return { a, b, c, eth0, eth1 };
}

type Options = Omit<FilterOptions, 'parent' | 'pref'>;

const CASES: [what: string, options: Options][] = [
  ['all packets', { matchall: {}, actions: ['drop'] }],
  ['a class', { matchall: { classid: '1:10', skipHw: true }, actions: [] }],
  [
    'MAC addresses',
    { flower: { dstMac: '02:00:00:00:00:01', srcMac: '02:00:00:00:00:00/ff:ff:ff:00:00:00' }, actions: ['pass'] },
  ],
  ['the device', { flower: { indev: 'eth1' }, actions: ['continue'] }],
  [
    'a VLAN',
    {
      protocol: '802.1Q',
      flower: { vlanId: 5, vlanPrio: 3, vlanEthtype: 'ip', dstIp: '10.0.0.0/8' },
      actions: ['drop'],
    },
  ],
  [
    'two VLANs',
    {
      protocol: '802.1ad',
      flower: {
        vlanId: 5,
        vlanEthtype: '802.1Q',
        cvlanId: 6,
        cvlanPrio: 1,
        cvlanEthtype: 'ipv6',
        ipProto: 'icmpv6',
        type: 128,
      },
      actions: ['drop'],
    },
  ],
  ['MPLS', { protocol: 'mpls_uc', flower: { mplsLabel: 100, mplsTc: 1, mplsBos: 1, mplsTtl: 64 }, actions: ['drop'] }],
  [
    'IPv4',
    {
      protocol: 'ip',
      flower: { dstIp: '10.0.0.0/8', srcIp: '10.0.0.1', ipTos: '0x10/0xfc', ipTtl: 64 },
      actions: ['drop'],
    },
  ],
  [
    'IPv6',
    {
      protocol: 'ipv6',
      flower: { dstIp: 'fd00::/64', srcIp: 'fd00::1', ipProto: 'tcp', ipTtl: '64/0xf0' },
      actions: ['drop'],
    },
  ],
  ['PPPoE', { protocol: 'ppp_ses', flower: { pppoeSid: 5, pppProto: 'ip', dstIp: '10.0.0.1' }, actions: ['drop'] }],
  ['how many tags', { flower: { numOfVlans: 2 }, actions: ['drop'] }],
  ['fragments', { protocol: 'ip', flower: { ipFlags: 'frag/nofirstfrag' }, actions: ['drop'] }],
  [
    'TCP',
    {
      protocol: 'ip',
      flower: { ipProto: 'tcp', dstPort: 80, srcPort: '1000-2000', tcpFlags: '0x2/0x12' },
      actions: ['drop'],
    },
  ],
  ['UDP', { protocol: 'ipv6', flower: { ipProto: 'udp', dstPort: '80/65520', srcPort: 53 }, actions: ['drop'] }],
  ['SCTP', { protocol: 'ip', flower: { ipProto: 'sctp', dstPort: '7-9' }, actions: ['drop'] }],
  ['ICMP', { protocol: 'ip', flower: { ipProto: 'icmp', type: 8, code: '0/15' }, actions: ['drop'] }],
  [
    'ARP',
    {
      protocol: 'arp',
      flower: {
        arpOp: 'request',
        arpTip: '10.0.0.0/24',
        arpSip: '10.0.0.1',
        arpSha: '02:00:00:00:00:01',
        arpTha: '00:00:00:00:00:00/ff:00:00:00:00:00',
      },
      actions: ['drop'],
    },
  ],
  [
    'a tunnel',
    {
      flower: { encKeyId: 42, encDstIp: '10.0.0.1', encSrcIp: '10.0.0.0/24', encDstPort: 4789, encTos: 4, encTtl: 64 },
      actions: ['drop'],
    },
  ],
  ['a connection', { protocol: 'ip', flower: { ctState: '+est+trk-inv' }, actions: ['drop'] }],
  ['a chain', { chain: 3, matchall: {}, actions: ['goto chain 5'] }],
  [
    'chance',
    { matchall: {}, actions: [{ gact: { control: 'drop', random: { type: 'determ', control: 'pass', val: 4 } } }] },
  ],
  ['a mirror', { matchall: {}, actions: [{ mirred: { egress: 'mirror', dev: 'eth1' } }, 'drop'] }],
  ['a redirection', { matchall: {}, actions: [{ mirred: { ingress: 'redirect', dev: 'eth1' } }] }],
  ['a tag', { matchall: {}, actions: [{ vlan: { push: { id: 5, protocol: '802.1ad', priority: 2 } } }, 'pass'] }],
  [
    'another tag',
    { matchall: {}, actions: [{ vlan: { modify: { id: 6, protocol: '802.1Q', priority: 1 }, control: 'pass' } }] },
  ],
  ['no tag', { matchall: {}, actions: [{ vlan: { pop: true } }, 'pass'] }],
  ['no header', { matchall: {}, actions: [{ vlan: { popEth: true } }, 'pass'] }],
  [
    'a header',
    {
      matchall: {},
      actions: [{ vlan: { pushEth: { dstMac: '02:00:00:00:00:01', srcMac: '02:00:00:00:00:02' } } }, 'pass'],
    },
  ],
  [
    'what is beside a packet',
    { matchall: {}, actions: [{ skbedit: { mark: '0x5/0xff', priority: 6, queueMapping: 0, ptype: 'host' } }] },
  ],
  ['a mark', { matchall: {}, actions: [{ skbedit: { mark: 5, priority: '1:10', control: 'pass' } }] }],
  ['the DS field', { matchall: {}, actions: [{ skbedit: { inheritdsfield: true } }] }],
  ['checksums', { matchall: {}, actions: [{ csum: { update: ['ip4h', 'udp'] } }] }],
  [
    'an outer header',
    {
      matchall: {},
      actions: [
        {
          tunnelKey: {
            set: { srcIp: '10.0.0.1', dstIp: '10.0.0.2', id: 42, dstPort: 4789, tos: 4, ttl: 64, nocsum: true },
          },
        },
      ],
    },
  ],
  ['no outer header', { matchall: {}, actions: [{ tunnelKey: { unset: true } }] }],
];

/** tc is the referee: it makes the filter in its own words, and hairpin reads it back. */
async function compareWithTc(options: Options, lab: Lab): Promise<void> {
  const { a, eth0 } = build(lab);
  eth0.qdisc.add({ kind: 'clsact' });
  const all: FilterOptions = { parent: 'ingress', pref: 7, ...options };

  eth0.filter.add(all);
  const own = eth0.filter.list();
  const [filter] = own;
  expect(filter).toMatchObject({ protocol: 'all', chain: 0, unsaid: undefined, ...all });
  eth0.filter.delete({ parent: 'ingress', pref: 7, chain: all.chain ?? 0 });
  expect(eth0.filter.list()).toEqual([]);

  await a.exec('tc', wordsOf(eth0, all));
  expect(eth0.filter.list()).toEqual(own);
}

const TRACKED: [what: string, action: Ct][] = [
  ['a look up', {}],
  ['a connection to keep, with a mark', { commit: true, force: true, mark: '0x5/0xff' }],
  ['another source', { commit: true, nat: { src: '10.9.0.1-10.9.0.9', port: '1000-2000' }, control: 'pass' }],
  ['another destination', { commit: true, mark: 5, nat: { dst: 'fd09::1', port: 80 } }],
  ['the addresses of the connection', { nat: {} }],
  ['nothing', { clear: true }],
];

await describeZones(() => {
  // b eth0 ── eth0 a eth1 ── eth0 c
  test('is what tc makes of its words: a zone of connections', ({ lab }) =>
    compareWithTc({ protocol: 'ip', matchall: {}, actions: [{ ct: { commit: true, zone: 7 } }] }, lab));
});

await describeTracking(() => {
  // b eth0 ── eth0 a eth1 ── eth0 c
  test.for(TRACKED)('is what tc makes of its words: %s', ([, ct], { lab }) =>
    compareWithTc({ protocol: 'ip', matchall: {}, actions: [{ ct }] }, lab),
  );

  // b ── a ── c
  test('lets answers in, and no question', async ({ lab }) => {
    const { a, b, eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'clsact' });
    const tcp = { protocol: 'ip', flower: { ipProto: 'tcp' } } as const;
    eth0.filter.add({ ...tcp, parent: 'egress', action: { ct: { commit: true } } });
    eth0.filter.add({ ...tcp, parent: 'ingress', pref: 1, actions: [{ ct: {} }, 'goto chain 1'] });
    const found = { ...tcp, parent: 'ingress', pref: 2, chain: 1 } as const;
    eth0.filter.add({ ...found, flower: { ...tcp.flower, ctState: '+trk+new' }, action: 'drop' });
    await expect(a).toReach(b, { by: 'tcp', port: 80 });
    await expect(b).not.toReach(a, { by: 'tcp', port: 80 });
  });
});

await describeFilterActions(() => {
  // b eth0 ── eth0 a eth1 ── eth0 c
  test.for(CASES)('is what tc makes of its words: %s', ([, options], { lab }) => compareWithTc(options, lab));

  // b ── a ── c
  test('drops what it is for, and nothing else', async ({ lab }) => {
    const { a, b, eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'clsact' });
    eth0.filter.add({
      ...{ parent: 'ingress', protocol: 'ip', pref: 10 },
      ...{ flower: { ipProto: 'tcp', dstPort: 80 }, action: 'drop' },
    });
    await expect(b).toReach(a, { by: 'tcp', port: 81 });
    await expect(b).not.toReach(a, { by: 'tcp', port: 80 });

    eth0.filter.delete({ parent: 'ingress', pref: 10 });
    await expect(b).toReach(a, { by: 'tcp', port: 80 });
  });

  // b ── a ── c
  test('has the diagnosis of one that tc made', async ({ lab }) => {
    const { a, b, eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'clsact' });
    eth0.filter.add({ parent: 'ingress', protocol: 'ip', matchall: {}, action: 'drop' });
    const own = await diagnosed(expect(b).toReach(a, { within: 50 }));
    eth0.filter.delete({ parent: 'ingress' });
    await expect(b).toReach(a);
    await a.exec('tc', 'filter add dev eth0 ingress protocol ip matchall action drop'.split(' '));
    expect(await diagnosed(expect(b).toReach(a, { within: 50 }))).toEqual(own);
  });

  // b ── a ── c
  test('redirects what comes in by one device to another, and a mirror sends a copy', async ({ lab }) => {
    const { b, c, eth0, eth1 } = build(lab);
    for (const [from, to] of [
      [eth0, eth1],
      [eth1, eth0],
    ] as const) {
      from.qdisc.add({ kind: 'clsact' });
      from.filter.add({ parent: 'ingress', matchall: {}, action: { mirred: { egress: 'redirect', dev: to } } });
    }
    b.interface('eth0').address.add('10.77.0.1/24');
    c.interface('eth0').address.add('10.77.0.2/24');
    await b.exec('ping', ['-c1', '-W2', '10.77.0.2']);

    eth0.filter.delete({ parent: 'ingress' });
    eth0.filter.add({ parent: 'ingress', matchall: {}, action: { mirred: { egress: 'mirror', dev: 'eth1' } } });
    await expect(c).toHear(b, { frame: 'broadcast' });
  });

  // b ── a ── c
  test('tags what a device sends, and takes the tag off what it gets', async ({ lab }) => {
    const { b, eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'clsact' });
    eth0.filter.add({ parent: 'egress', matchall: {}, actions: [{ vlan: { push: { id: 5 } } }] });
    eth0.filter.add({
      parent: 'ingress',
      protocol: '802.1Q',
      flower: { vlanId: 5 },
      actions: [{ vlan: { pop: true } }],
    });
    b.vlan({ parent: b.interface('eth0'), id: 5, address: '10.77.0.1/24' });
    eth0.address.add('10.77.0.2/24');
    await b.exec('ping', ['-c1', '-W2', '10.77.0.2']);
  });

  // b ── a ── c
  test('is replaced by its preference and handle', ({ lab }) => {
    const { eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'clsact' });
    const place = { parent: 'ingress', protocol: 'ip', pref: 10, handle: 1 } as const;
    eth0.filter.add({ ...place, flower: { ipProto: 'tcp' }, action: 'drop' });
    eth0.filter.replace({ ...place, flower: { ipProto: 'udp' }, action: 'pass' });
    expect(eth0.filter.list()).toMatchObject([{ ...place, flower: { ipProto: 'udp' }, actions: ['pass'] }]);

    const twice = () => eth0.filter.add({ ...place, flower: { ipProto: 'udp' }, action: 'pass' });
    expect(twice).toThrow('there is such a filter already: delete it first');
    const none = () => eth0.filter.delete({ parent: 'ingress', pref: 11 });
    expect(none).toThrow('there is no such filter');
  });

  // b ── a ── c
  test('of another kind, or with another action, is listed without what is in it', async ({ lab }) => {
    const { a, eth0 } = build(lab);
    eth0.qdisc.add({ kind: 'clsact' });
    await a.exec('tc', 'filter add dev eth0 ingress pref 1 protocol ip u32 match u32 0 0 action drop'.split(' '));
    await a.exec(
      'tc',
      'filter add dev eth0 ingress pref 2 protocol ip matchall action pedit ex munge ip ttl set 3'.split(' '),
    );
    const list = eth0.filter.list().map(({ kind, unsaid, actions }) => ({ kind, unsaid, actions }));
    expect(list).toContainEqual({ kind: 'u32', unsaid: 'the kind u32', actions: [] });
    expect(list).toContainEqual({ kind: 'matchall', unsaid: 'the action pedit', actions: [] });
  });
});

const WRONG: [options: object, message: string][] = [
  [{ matchall: {} }, "parent must be given: 'ingress', 'egress', or the handle of a queueing discipline such as '1:'"],
  [
    { parent: 'ingress', u32: {} },
    "there is no option 'u32'; the options are parent, protocol, pref, chain, handle, flower, matchall, actions, action",
  ],
  [
    { parent: 'ingress' },
    'a filter takes flower or matchall, and not both: those of another kind are made by exec: tc filter add …',
  ],
  [
    { parent: 'ingress', matchall: {}, action: 'dorp' },
    "control must be one of continue, pass, reclassify, drop, pipe, trap, or such as 'goto chain 5' or 'jump 1': received 'dorp'",
  ],
  [
    { parent: 'ingress', matchall: {}, action: { pedit: {} } },
    "a member of actions has no 'pedit'; it has gact, mirred, vlan, skbedit, csum, tunnelKey, ct",
  ],
  [
    { parent: 'ingress', matchall: {}, action: { mirred: { egress: 'redirect' } } },
    "mirred must have dev, the interface that gets the packets: received { egress: 'redirect' }",
  ],
  [
    { parent: 'ingress', matchall: {}, action: { vlan: { push: { id: 5 }, pop: true } } },
    'vlan must have one of push, modify, pop, pushEth, popEth: received { push: { id: 5 }, pop: true }',
  ],
  [
    { parent: 'ingress', matchall: {}, action: { ct: { mark: 5 } } },
    'ct must have commit beside mark: received { mark: 5 }',
  ],
  [
    { parent: 'ingress', matchall: {}, action: { ct: { commit: true, nat: { src: '10.0.0.1-fd00::1' } } } },
    "src must be an IP address, or two such as 10.0.0.1-10.0.0.9: received '10.0.0.1-fd00::1'",
  ],
  [
    { parent: 'ingress', flower: { dstIp: '10.0.0.1' }, action: 'drop' },
    "dstIp of flower needs protocol 'ip' or 'ipv6', or such a vlanEthtype: received 'all'",
  ],
  [
    { parent: 'ingress', protocol: 'ip', flower: { dstPort: 80 }, action: 'drop' },
    "dstPort of flower needs ipProto 'tcp' or 'udp' or 'sctp': received none",
  ],
  [
    { parent: 'ingress', protocol: 'ip', flower: { srcIp: 'fd00::1' }, action: 'drop' },
    "srcIp of flower must be an address of protocol 'ip': received fd00::1",
  ],
  [
    { parent: 'ingress', protocol: 'ip', flower: { ipProto: 'tcp', dstPort: '90-80' }, action: 'drop' },
    "dstPort must be a whole number from 0 to 65535, maybe with a mask behind a slash, or two ports such as 1000-2000: received '90-80'",
  ],
  [
    { parent: 'ingress', flower: [{}] },
    'a value of flower must be said as an object such as { indev: … }: received [{}]',
  ],
  [
    { parent: 'ingress', flower: { dstMac: expect.anything() } },
    'a filter takes values, and no matchers: received an Anything',
  ],
  [
    { parent: 'ingress', protocol: 'ip', flower: { ctState: '+trk+foo' }, action: 'drop' },
    "ctState must be states of new, est, rel, trk, inv, rpl, each with + or -, such as +trk+est-new: received '+trk+foo'",
  ],
];

// b ── a ── c
test.for(WRONG)('a wrong call says what is wrong: %o', ([options, message], { lab }) => {
  const { eth0 } = build(lab);
  expect(() => eth0.filter.add(options as FilterOptions)).toThrow(new UsageError(`a/eth0.filter.add: ${message}`));
});

/** The words behind `tc`. */
function wordsOf(device: Interface, options: FilterOptions): string[] {
  const { interfaces } = device.namespace;
  const words = tcFilter.add(parseFilter('add', device, options)).words({
    ...{ namespace: undefined, netns: String },
    device: (index) => interfaces.find((each) => each.index === index)?.name ?? '',
  });
  return words.split(' ').slice(1);
}
