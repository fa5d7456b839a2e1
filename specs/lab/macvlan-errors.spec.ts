import { createLab, expect, type Interface, type Macvlan, type Namespace, test, UsageError } from 'hairpin';
import { refusal } from './referee.ts';

interface Net {
  ns1: Namespace;
  up0: Interface;
  /** In mode vepa. */
  m1: Macvlan;
}

// ns1 ─ m1 ── up0 (host) ── p0 sw
const withMacvlan = test.extend<{ net: Net }>({
  net: async ({ lab }, use) => {
    const ns1 = lab.namespace('ns1');
    const { a: up0 } = lab.cable(lab.namespace('host'), lab.switch('sw'), { a: { name: 'up0' } });
    await use({ ns1, up0, m1: ns1.macvlan({ parent: up0, name: 'm1' }) });
  },
});

withMacvlan.for<[call: (net: Net) => unknown, message: string]>([
  [
    ({ ns1 }) => ns1.macvlan({} as never),
    'ns1.macvlan: parent must be an interface of this lab, such as an end of a cable: received undefined',
  ],
  [
    ({ ns1, m1 }) => {
      m1.delete();
      ns1.macvlan({ parent: m1 });
    },
    'ns1.macvlan: parent ns1/m1 has been deleted',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, vlan: 3 } as never),
    "ns1.macvlan: there is no option 'vlan'; the options are parent, name, address, mac, mtu, up, promiscuous, mode, " +
      'nopromisc, nodst, bcqueuelen, bclim, macaddr',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'brdige' as never }),
    "ns1.macvlan: mode must be one of private, vepa, bridge, passthru, source: received 'brdige'",
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'passthru', mac: '02:00:00:00:00:01' }),
    "ns1.macvlan: mac cannot be chosen in mode passthru, whose child has its parent's MAC address (02:00:00:00:00:65)",
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, nopromisc: true }),
    'ns1.macvlan: nopromisc belongs to mode passthru: received mode vepa',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, nopromisc: 1 as never }),
    'ns1.macvlan: nopromisc must be true or false: received 1',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'bridge', nodst: true }),
    'ns1.macvlan: nodst belongs to mode source: received mode bridge',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'source', nodst: 'yes' as never }),
    "ns1.macvlan: nodst must be true or false: received 'yes'",
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, macaddr: ['02:00:00:00:00:01'] }),
    'ns1.macvlan: macaddr belongs to mode source: received mode vepa',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'source', macaddr: '02:00:00:00:00:01' as never }),
    "ns1.macvlan: macaddr must be a list of MAC addresses: received '02:00:00:00:00:01'",
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'source', macaddr: ['02'] }),
    "ns1.macvlan: macaddr must be a MAC address such as 02:00:00:00:00:01: received '02'",
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, bcqueuelen: -1 }),
    'ns1.macvlan: bcqueuelen must be a whole number from 0 to 4294967295: received -1',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, address: ['10.0.0.9/24', 'bogus'] }),
    "ns1.macvlan: address must be an IP address such as 10.0.0.1 or fd00::1: received 'bogus'",
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, address: '192.0.2.1' }),
    "ns1.macvlan: address 192.0.2.1 is in no subnet of its segment, so it needs a prefix length: '192.0.2.1/24'",
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, name: 'm1' }),
    "ns1.macvlan: ns1 has an interface of the name 'm1' already",
  ],
  [
    ({ m1 }) => m1.set(undefined as never),
    'ns1/m1.set: options must be an object such as { up: … }: received undefined',
  ],
  [
    ({ m1 }) => m1.set({ macaddr: [] } as never),
    "ns1/m1.set: there is no option 'macaddr'; the options are up, mtu, mac, promiscuous, name, master, altnames, addrgenmode, token, protodown, protodownReasons, allMulticast, arp, mode, nopromisc, bcqueuelen, bclim",
  ],
  [({ m1 }) => m1.set({ nopromisc: true }), 'ns1/m1.set: nopromisc belongs to mode passthru: received mode vepa'],
  [({ m1 }) => m1.macaddr.set('' as never), "ns1/m1.macaddr.set: macaddr must be a list of MAC addresses: received ''"],
  [
    ({ m1 }) => m1.macaddr.set(undefined as never),
    'ns1/m1.macaddr.set: macaddr must be given: a list of MAC addresses',
  ],
  [
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'source', macaddr: Array(5001).fill('02:00:00:00:00:01') }),
    'ns1.macvlan: macaddr must be at most 5000 MAC addresses at once, which fit into one message: received 5001; add the ' +
      'others by macaddr.add',
  ],
  [
    ({ m1 }) => m1.macaddr.delete('ff:ff:ff:ff:ff:ff'),
    'ns1/m1.macaddr.delete: mac must be a unicast address, its first byte even: ' +
      "received 'ff:ff:ff:ff:ff:ff', a group address",
  ],
  [
    ({ m1 }) => {
      m1.delete();
      m1.set({ mode: 'bridge' });
    },
    'ns1/m1.set: the interface has been deleted',
  ],
])('before the kernel is asked: %$ $1', ([call, message], { net }) => {
  expect(() => call(net)).toThrow(new UsageError(message));
});

const BUSY = 'a macvlan of host/up0, or host/up0 itself, has this MAC address (macvlan_addr_busy)';
const EINVAL = 'EINVAL (invalid argument)\n  usual cause: ';
const EADDRINUSE = 'EADDRINUSE (address already in use)\n  usual cause: ';

withMacvlan.for<[what: string, call: (net: Net) => unknown, message: string]>([
  [
    'passthru beside another',
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mode: 'passthru', name: 'm2' }),
    `ip -n host link add m2 up link up0 netns ns1 type macvlan mode passthru: ${EINVAL}a passthru parent takes one child only, and host/up0 has ns1/m1`,
  ],
  [
    'another beside passthru',
    ({ ns1, up0, m1 }) => {
      m1.delete();
      ns1.macvlan({ parent: up0, mode: 'passthru', name: 'm2' });
      ns1.macvlan({ parent: up0, mode: 'bridge', name: 'm3' });
    },
    'ip -n host link add m3 up link up0 address 02:00:00:00:00:69 netns ns1 type macvlan mode bridge: ' +
      `${EINVAL}a passthru parent takes one child only, and host/up0 has ns1/m2`,
  ],
  [
    'an MTU larger than that of the parent, beside others',
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mtu: 1501, name: 'm2' }),
    'ip -n host link add m2 up link up0 address 02:00:00:00:00:68 mtu 1501 netns ns1 type macvlan mode vepa: ' +
      `${EINVAL}the MTU must not be larger than that of host/up0 (1500), and the parent must be Ethernet`,
  ],
  [
    'a MAC address that a sibling has',
    ({ ns1, up0, m1 }) => ns1.macvlan({ parent: up0, mac: m1.mac, name: 'm2' }),
    `ip -n host link add m2 up link up0 address 02:00:00:00:00:67 netns ns1 type macvlan mode vepa: ${EADDRINUSE}${BUSY}`,
  ],
  [
    'a MAC address that the parent has',
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0, mac: up0.mac, name: 'm2' }),
    `ip -n host link add m2 up link up0 address 02:00:00:00:00:65 netns ns1 type macvlan mode vepa: ${EADDRINUSE}${BUSY}`,
  ],
  [
    'a bridge port as parent',
    ({ ns1, up0 }) => ns1.macvlan({ parent: up0.peer as Interface, name: 'm2' }),
    'ip -n sw link add m2 up link p0 address 02:00:00:00:00:68 netns ns1 type macvlan mode vepa: EBUSY (resource busy or ' +
      'locked)\n' +
      '  usual cause: sw/p0 is a bridge port already; a device has one rx_handler (netdev_rx_handler_register)',
  ],
  [
    'a live change to passthru',
    ({ m1 }) => m1.set({ mode: 'passthru' }),
    'ip -n ns1 link set m1 type macvlan mode passthru: EINVAL (invalid argument)\n' +
      '  usual cause: a live macvlan cannot change to or from passthru, and only mode source has a list of MAC ' +
      'addresses (macvlan_changelink): delete it and add it again',
  ],
  [
    'a list of MAC addresses outside of mode source',
    ({ m1 }) => m1.macaddr.set(['02:00:00:00:00:01']),
    'ip -n ns1 link set m1 type macvlan macaddr set 02:00:00:00:00:01: EINVAL (invalid argument)\n' +
      '  usual cause: a live macvlan cannot change to or from passthru, and only mode source has a list of MAC ' +
      'addresses (macvlan_changelink): delete it and add it again',
  ],
  [
    'a live change to the MAC address of the parent',
    ({ up0, m1 }) => m1.set({ mac: up0.mac }),
    'ip -n ns1 link set m1 address 02:00:00:00:00:65: EADDRINUSE (address already in use)\n' +
      '  usual cause: another macvlan of the same parent, or the parent itself, has this MAC address (macvlan_addr_busy)',
  ],
  [
    'a live change to an MTU larger than that of the parent',
    ({ m1 }) => m1.set({ mtu: 1501, up: true }),
    'ip -n ns1 link set m1 up mtu 1501: EINVAL (invalid argument)\n' +
      "  usual cause: a macvlan's MTU may not be larger than its parent's (macvlan_change_mtu)",
  ],
])('the kernel refuses %s', ([, call, message], { net }) => {
  expect(refusal(() => call(net))).toBe(message);
});

// up0 of one lab, ns1 of another
test('a parent is of the same lab', async ({ lab }) => {
  await using other = createLab();
  const { a: up0 } = other.cable(other.namespace('host'), other.switch('sw'), { a: { name: 'up0' } });
  expect(() => lab.namespace('ns1').macvlan({ parent: up0 })).toThrow(
    new UsageError('ns1.macvlan: parent must be an interface of the same lab: received host/up0, of another'),
  );
});
