import { expect, type Interface, type Lab, type Port, type Switch, test } from 'hairpin';
import { encodeArp } from '../../lib/wire/arp.ts';
import { ETHERTYPE, encodeEthernet } from '../../lib/wire/ethernet.ts';
import { ipToBytes, solicitedNodeGroup } from '../../lib/wire/ip-address.ts';
import { IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { encodeIpv6 } from '../../lib/wire/ipv6.ts';
import { BROADCAST_MAC, macToBytes, multicastMac6, NO_MAC } from '../../lib/wire/mac-address.ts';
import { NEIGHBOUR_ADVERTISEMENT, NEIGHBOUR_SOLICITATION } from '../../lib/wire/neighbour-discovery.ts';
import { describeNeeding, describeNeedingPortOption, VLAN_FILTERING } from '../needs.ts';
import { Referee } from './agreement.ts';

const [ALL_NODES, SENDER, TARGET] = ['ff02::1', 'fd00::1', 'fd00::77'];
/** Whom the bridge knows as 10.0.0.77 and fd00::77, and has behind p2. */
const KNOWN = '02:00:00:00:00:77';

/**
 * a ── p0 ┐
 * b ── p1 ┼ br0 (sw)
 * c ── p2 ┘
 */
function build(lab: Lab) {
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const sw = lab.switch('sw');
  for (const host of [a, b, c]) lab.cable(host, sw);
  return { a: a.interface(), sw };
}

/** One program for all lines: starting one takes longer. */
const ip = (sw: Switch, ...lines: string[]) => sw.exec('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });

/** The bridge learns of a neighbour as a control plane of EVPN tells it. */
const know = (address: string) => `neigh add ${address} lladdr ${KNOWN} dev br0`;

const set = (port: string, setting: string) => `link set ${port} type bridge_slave ${setting} on`;
const OWN_ADDRESS = 'addr add 10.0.0.200/24 dev br0';

interface Asked {
  sender?: string;
  target?: string;
  operation?: 'request' | 'reply';
}

function arp(
  from: Interface,
  { sender = '10.0.0.1', target = '10.0.0.77', operation = 'request' }: Asked = {},
): Buffer {
  const own = { senderMac: from.mac, senderIp: sender };
  const payload = Buffer.concat([
    encodeArp({ operation, ...own, targetMac: NO_MAC, targetIp: target }),
    Buffer.alloc(18),
  ]);
  return encodeEthernet({ destination: BROADCAST_MAC, source: from.mac, etherType: ETHERTYPE.arp, payload });
}

/** A solicitation, or an advertisement; with a source or without, solicited or not. */
function nd(from: Interface, type: number, source: string, flags = 0): Buffer {
  const destination = type === NEIGHBOUR_SOLICITATION ? solicitedNodeGroup(TARGET) : ALL_NODES;
  const message = Buffer.concat([Buffer.of(type, 0, 0, 0, flags, 0, 0, 0), ipToBytes(TARGET)]);
  const packet = { source, destination, nextHeader: IP_PROTOCOL.icmpv6, hopLimit: 255, payload: message };
  const ethernet = { destination: multicastMac6(ipToBytes(destination)), source: from.mac };
  return encodeEthernet({ ...ethernet, etherType: ETHERTYPE.ipv6, payload: encodeIpv6(packet) });
}

type Case = [name: string, setting: string, held: boolean, frame: (from: Interface) => Buffer];

const CASES: Case[] = [
  ['a question for a known neighbour', 'neigh_suppress', true, (a) => arp(a)],
  ['a question for a known neighbour of IPv6', 'neigh_suppress', true, (a) => nd(a, NEIGHBOUR_SOLICITATION, SENDER)],
  ['a question for the bridge', 'neigh_suppress', true, (a) => arp(a, { target: '10.0.0.200' })],
  ['a gratuitous ARP', 'neigh_suppress', true, (a) => arp(a, { target: '10.0.0.1' })],
  ['an advertisement that nobody asked for', 'neigh_suppress', true, (a) => nd(a, NEIGHBOUR_ADVERTISEMENT, TARGET)],
  ['a question for somebody else', 'neigh_suppress', false, (a) => arp(a, { target: '10.0.0.5' })],
  ['an answer', 'neigh_suppress', false, (a) => arp(a, { operation: 'reply' })],
  ['an advertisement that answers', 'neigh_suppress', false, (a) => nd(a, NEIGHBOUR_ADVERTISEMENT, TARGET, 0x40)],
  ['a gratuitous ARP', 'proxy_arp_wifi', false, (a) => arp(a, { target: '10.0.0.1' })],
  ['a question for a known neighbour', 'proxy_arp_wifi', false, (a) => arp(a)],
];

// a asks; p1 has the setting; the bridge knows 10.0.0.77 and fd00::77 behind p2
test.for(CASES)(
  '%s at a port with %s: the model says what the kernel does',
  async ([, setting, held, frame], { lab }) => {
    const { a, sw } = build(lab);
    // A switch has no IPv6 of its own.
    sw.sysctl.set('net.ipv6.conf.br0.disable_ipv6', 0);
    await ip(sw, OWN_ADDRESS, know('10.0.0.77'), know(TARGET), set('p1', setting));
    await sw.exec('bridge', ['fdb', 'add', KNOWN, 'dev', 'p2', 'master', 'static']);
    using referee = new Referee(lab);
    const ways = await referee.followBytes(a, frame(a));
    expect(ways?.kernel).toEqual(ways?.model);
    expect(ways?.kernel.includes('out sw/p1')).toBe(!held);
  },
);

// The neighbour is behind the port with the setting.
test.for(['neigh_suppress', 'proxy_arp_wifi'])(
  'the bridge answers for what is behind a port with %s, and the model does not know its answer',
  async (setting, { lab }) => {
    const { a, sw } = build(lab);
    await ip(sw, know('10.0.0.77'), set('p1', setting));
    await sw.exec('bridge', ['fdb', 'add', KNOWN, 'dev', 'p1', 'master', 'static']);
    using referee = new Referee(lab);
    const ways = await referee.followBytes(a, arp(a));
    const [known, unknown] = [false, true].map((wanted) =>
      ways?.model.filter((line) => line.startsWith('unknown') === wanted),
    );
    expect(unknown).toEqual(['unknown: sw/br0 answers for 10.0.0.77']);
    expect(ways?.kernel).toEqual(known);
    expect(known).not.toContain('out sw/p1');
  },
);

// a asks without a sender, as RFC 5227 and RFC 4862 have it; p1 suppresses.
test.for<[name: string, address: string, frame: (from: Interface) => Buffer]>([
  ['a probe of ARP', '10.0.0.5', (a) => arp(a, { sender: '0.0.0.0', target: '10.0.0.5' })],
  ['duplicate address detection of IPv6', TARGET, (a) => nd(a, NEIGHBOUR_SOLICITATION, '::')],
])('whether %s is kept back the model does not know: kernels differ', async ([, address, frame], { lab }) => {
  const { a, sw } = build(lab);
  await ip(sw, set('p1', 'neigh_suppress'));
  using referee = new Referee(lab);
  expect(referee.unknownOf(a, frame(a))).toEqual([`unknown: sw/br0 may keep back a probe for ${address}`]);
});

// a asks one MAC address alone, which the bridge has not learnt; p1 suppresses; the bridge is 10.0.0.200.
test.for<[name: string, isVague: boolean, asked: Asked]>([
  ['for the bridge', true, { target: '10.0.0.200' }],
  ['for the sender itself', true, { target: '10.0.0.1' }],
  ['for a known neighbour', true, {}],
  ['for somebody else', false, { target: '10.0.0.5' }],
])(
  'what becomes of a question to a single MAC address %s: the model knows only where kernels agree',
  async ([, isVague, asked], { lab }) => {
    const { a, sw } = build(lab);
    await ip(sw, OWN_ADDRESS, know('10.0.0.77'), set('p1', 'neigh_suppress'));
    await sw.exec('bridge', ['fdb', 'add', KNOWN, 'dev', 'p2', 'master', 'static']);
    using referee = new Referee(lab);
    const question = arp(a, asked);
    macToBytes('02:00:00:00:00:99').copy(question);
    const { target = '10.0.0.77' } = asked;
    expect(referee.unknownOf(a, question)).toEqual(isVague ? [`unknown: sw/br0 may answer for ${target}`] : []);
    if (isVague) return;
    const ways = await referee.followBytes(a, question);
    expect(ways?.kernel).toEqual(ways?.model);
  },
);

/** The frame with a tag, or with several, the outer one first. */
function tagged(frame: Buffer, ...ids: number[]): Buffer {
  const tags = ids.map((id) => Buffer.of(0x81, 0x00, id >> 8, id & 0xff));
  return Buffer.concat([frame.subarray(0, 12), ...tags, frame.subarray(12)]);
}

/**
 * a ── p0 ┐
 * b ── p1 ┼ br0 (sw), with br0.10 and br0.20, by which it knows the neighbours, behind p2
 * c ── p2 ┘
 */
function buildVlans(lab: Lab) {
  const [sw, a, b, c] = [lab.namespace('sw'), lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const ends = [a, b, c].map((host, at) => lab.cable(host, sw, { b: { name: `p${at}`, address: false } }).b);
  const br0 = sw.bridge({ name: 'br0', vlanFiltering: true, address: false, ports: ends });
  for (const each of [...br0.ports, br0]) each.vlan.add({ id: '10-30' });
  const [p0, p1, p2] = br0.ports as [Port, Port, Port];
  for (const id of [10, 20]) {
    const dev = sw.vlan({ parent: br0, id, name: `br0.${id}`, address: `10.0.${id}.200/24` });
    for (const to of ['10.0.0.77', TARGET]) sw.neighbour.add({ to, lladdr: KNOWN, dev });
    br0.fdb.add(KNOWN, p2, { vlan: id });
  }
  return { a: a.interface(), p0, p1, p2 };
}

const IN_VLANS: [name: string, held: boolean, frame: (from: Interface) => Buffer][] = [
  ['a question for a known neighbour in VLAN 10', true, (a) => tagged(arp(a), 10)],
  ['one of IPv6', true, (a) => tagged(nd(a, NEIGHBOUR_SOLICITATION, SENDER), 10)],
  ['a question for the VLAN device', true, (a) => tagged(arp(a, { target: '10.0.10.200' }), 10)],
  ['a question for that of another VLAN', false, (a) => tagged(arp(a, { target: '10.0.20.200' }), 10)],
  ['a question in a VLAN that no device has', false, (a) => tagged(arp(a), 30)],
  ['an announcement in a VLAN that no device has', true, (a) => tagged(arp(a, { target: '10.0.0.1' }), 30)],
  ['a question for somebody else in VLAN 10', false, (a) => tagged(arp(a, { target: '10.0.0.5' }), 10)],
  ['a question behind a second tag', false, (a) => tagged(arp(a), 10, 10)],
];

describeNeeding([VLAN_FILTERING, 'vlan'], async () => {
  test.for(IN_VLANS)(
    '%s at a port with neigh_suppress: the model says what the kernel does',
    async ([, held, frame], { lab }) => {
      const { a, p1 } = buildVlans(lab);
      p1.set({ neighSuppress: true });
      using referee = new Referee(lab);
      const ways = await referee.followBytes(a, frame(a));
      expect(ways?.kernel).toEqual(ways?.model);
      expect(ways?.kernel.includes('out sw/p1')).toBe(!held);
    },
  );

  await describeNeedingPortOption('neighVlanSuppress', () => {
    // VLAN 10 suppresses at p1, VLAN 20 does not; the port itself does, which counts no more.
    test.for<[name: string, held: boolean, frame: (from: Interface) => Buffer]>([
      ...IN_VLANS.filter(([name]) => !name.includes('no device')),
      ['a question for a known neighbour in VLAN 20', false, (a) => tagged(arp(a), 20)],
      ['a gratuitous ARP in VLAN 20', false, (a) => tagged(arp(a, { target: '10.0.0.1' }), 20)],
      [
        'an advertisement that nobody asked for in VLAN 10',
        true,
        (a) => tagged(nd(a, NEIGHBOUR_ADVERTISEMENT, TARGET), 10),
      ],
      ['a question for a known neighbour without a tag', false, (a) => arp(a)],
    ])(
      '%s at a port with neigh_vlan_suppress: the model says what the kernel does',
      async ([, held, frame], { lab }) => {
        const { a, p1 } = buildVlans(lab);
        p1.set({ neighSuppress: true, neighVlanSuppress: true });
        p1.vlan.set({ id: 10, neighSuppress: true });
        using referee = new Referee(lab);
        const ways = await referee.followBytes(a, frame(a));
        expect(ways?.kernel).toEqual(ways?.model);
        expect(ways?.kernel.includes('out sw/p1')).toBe(!held);
      },
    );

    test('what a port hears is never held back in the VLAN that suppresses there', async ({ lab }) => {
      const { a, p0, p2 } = buildVlans(lab);
      for (const port of [p0, p2]) port.set({ neighVlanSuppress: true });
      p2.vlan.set({ id: 10, neighSuppress: true });
      p0.vlan.set({ id: 20, neighSuppress: true });
      using referee = new Referee(lab);
      // Of VLAN 20 p0 itself suppresses; of VLAN 10 the bridge answers for what is behind p2.
      const heard = await referee.followBytes(a, tagged(arp(a), 20));
      expect(heard?.kernel).toEqual(heard?.model);
      expect(heard?.kernel).toContain('out sw/p2');
      const answered = await referee.followBytes(a, tagged(arp(a), 10));
      expect(answered?.model).toContain('unknown: sw/br0 answers for 10.0.0.77');
      expect(answered?.kernel).not.toContain('out sw/p2');
    });
  });
});
