import { expect, type Interface, type Lab, type Namespace, type Switch, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { bridge } from '../../lib/links/bridge.ts';
import { bridgeLink, portSettings } from '../../lib/links/bridge-port.ts';
import { macvlan } from '../../lib/links/macvlan.ts';
import { veth } from '../../lib/links/veth.ts';
import { ipAddress } from '../../lib/netlink/address.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import type { Request } from '../../lib/netlink/request.ts';
import { bridgeFdb, ipNeighbour } from '../../lib/netlink/routing/neighbour.ts';
import { ipNtable } from '../../lib/netlink/routing/neighbour-table.ts';

/** a eth0 ── p0 sw, and b */
interface Net {
  a: Namespace;
  b: Namespace;
  sw: Switch;
  eth0: Interface;
  port: Interface;
}

function build(lab: Lab): Net {
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const { a: eth0, b: port } = lab.cable(a, sw);
  return { a, b, sw, eth0, port };
}

/** Has iproute2 do what a request would: its words are what an error says. */
async function say(namespace: Namespace, { lab }: Namespace, request: Request): Promise<void> {
  const links = engineOf(namespace).rtnetlink.list(ipLink.all());
  const words = request.words({
    namespace: undefined,
    device: (index) => links.find((link) => link.index === index)?.name ?? `if${index}`,
    netns: (fd) => lab.namespaces.find((each) => engineOf(each).netns.fd === fd)?.path ?? '',
  });
  const [tool = '', ...args] = words.split(' ');
  await namespace.exec(tool, args);
}

const linkOf = (namespace: Namespace, wanted: string) =>
  engineOf(namespace)
    .rtnetlink.list(ipLink.all())
    .find(({ name }) => name === wanted);

const CASES: [
  what: string,
  request: (net: Net) => Request,
  in_: 'a' | 'sw',
  expected: (net: Net) => unknown,
  is: unknown,
][] = [
  [
    'a bridge',
    () =>
      ipLink.add({
        ...{ name: 'br7', mac: '02:00:00:00:07:07', mtu: 1400, up: true, promiscuous: true },
        ...bridge.as({ ageingTime: 10, stp: true, mcastSnooping: false }),
      }),
    'a',
    ({ a }) => linkOf(a, 'br7'),
    {
      mac: '02:00:00:00:07:07',
      mtu: 1400,
      up: true,
      promiscuous: true,
      data: { ageingTime: 10, stp: true, mcastSnooping: false },
    },
  ],
  [
    'a veth with its other end in another namespace',
    ({ b }) =>
      ipLink.add({
        ...{ name: 'v0', mtu: 1400 },
        ...veth.as({ peer: { name: 'v1', mac: '02:00:00:00:07:01', mtu: 1400, netns: engineOf(b).netns.fd } }),
      }),
    'a',
    ({ b }) => linkOf(b, 'v1'),
    { kind: 'veth', mac: '02:00:00:00:07:01', mtu: 1400 },
  ],
  [
    'a macvlan in another namespace, with a list',
    ({ b, eth0 }) =>
      ipLink.add({
        ...{ name: 'm0', link: eth0.index, netns: engineOf(b).netns.fd },
        ...macvlan.as({
          ...{ mode: 'source', nodst: true, bcqueuelen: 7 },
          macaddr: ['02:00:00:00:07:01', '02:00:00:00:07:02'],
        }),
      }),
    'a',
    ({ b }) => linkOf(b, 'm0'),
    { kind: 'macvlan', data: { mode: 'source', nodst: true, bcqueuelen: 7, macaddr: expect.any(Array) } },
  ],
  [
    'a change of a link',
    ({ eth0 }) =>
      ipLink.change({
        index: eth0.index,
        up: false,
        arp: false,
        promiscuous: true,
        mtu: 1400,
        mac: '02:00:00:00:07:03',
        name: 'eth7',
      }),
    'a',
    ({ a }) => linkOf(a, 'eth7'),
    { up: false, arp: false, promiscuous: true, mtu: 1400, mac: '02:00:00:00:07:03' },
  ],
  [
    'the end of a link',
    ({ eth0 }) => ipLink.delete({ index: eth0.index }),
    'a',
    ({ a }) => linkOf(a, 'eth0'),
    undefined,
  ],
  [
    'a change of a port',
    ({ port }) =>
      bridgeLink.change({
        index: port.index,
        hairpin: true,
        mcastFlood: false,
        locked: true,
        cost: 7,
        priority: 9,
        state: 'blocking',
      }),
    'sw',
    ({ sw }) => portSettings(linkOf(sw, 'p0') ?? { slaveKind: undefined, slaveData: undefined }),
    { hairpin: true, mcastFlood: false, locked: true, cost: 7, priority: 9 },
  ],
  [
    'an address',
    ({ eth0 }) => ipAddress.add({ index: eth0.index, family: 4, address: '10.9.0.1', length: 24, metric: 7 }),
    'a',
    ({ eth0 }) => eth0.address.list().find(({ address }) => address === '10.9.0.1'),
    { length: 24, metric: 7, noPrefixRoute: false },
  ],
  [
    'an address with a far end',
    ({ eth0 }) =>
      ipAddress.add({
        index: eth0.index,
        family: 6,
        address: 'fd09::1',
        peer: 'fd09::2',
        length: 128,
        nodad: true,
        noPrefixRoute: true,
      }),
    'a',
    ({ eth0 }) => eth0.address.list().find(({ address }) => address === 'fd09::1'),
    { peer: 'fd09::2', length: 128, tentative: false, noPrefixRoute: true },
  ],
  [
    'a neighbour',
    ({ eth0 }) =>
      ipNeighbour.replace({ device: eth0.index, to: '10.0.0.9', lladdr: '02:00:00:00:07:04', state: 'PERMANENT' }),
    'a',
    ({ a }) => a.neighbour.list().find(({ to }) => to === '10.0.0.9'),
    { lladdr: '02:00:00:00:07:04', state: 'PERMANENT' },
  ],
  [
    'an address that is answered for',
    ({ eth0 }) => ipNeighbour.replace({ device: eth0.index, to: '10.0.0.9', proxy: true }),
    'a',
    ({ a }) => engineOf(a).rtnetlink.list(ipNeighbour.all({ proxy: true })),
    [{ to: '10.0.0.9' }],
  ],
  [
    'a forwarding entry',
    ({ port }) => bridgeFdb.replace({ device: port.index, mac: '02:00:00:00:07:05', master: true, state: 'NOARP' }),
    'sw',
    ({ sw }) => sw.fdb.list().find(({ mac }) => mac === '02:00:00:00:07:05'),
    { permanent: true, local: false },
  ],
  [
    'the timers of neighbours',
    ({ eth0 }) => ipNtable.change({ family: 6, device: eth0.index, retrans: 80, proxyDelay: 40 }),
    'a',
    ({ a, eth0 }) =>
      engineOf(a)
        .rtnetlink.list(ipNtable.all({ family: 6 }))
        .find(({ device }) => device === eth0.index),
    { retrans: 80, proxyDelay: 40 },
  ],
];

test.for(CASES)('iproute2 takes the words of %s', async ([, request, where, expected, is], { lab }) => {
  const net = build(lab);
  await say(net[where], net.a, request(net));
  if (is === undefined) expect(expected(net)).toBeUndefined();
  else expect(expected(net)).toMatchObject(is as object);
});
