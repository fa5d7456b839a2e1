import { expect, type Interface, type Lab, type Namespace, type Port, type Switch, test, UsageError } from 'hairpin';
import { refusal } from './referee.ts';

interface Net {
  lab: Lab;
  a: Namespace;
  sw: Switch;
  eth0: Interface;
  port: Port;
}

// a eth0 ── p0 sw
const withHost = test.extend<{ net: Net }>({
  net: async ({ lab }, use) => {
    const [a, sw] = [lab.namespace('a'), lab.switch('sw')];
    const { a: eth0, b: port } = lab.cable(a, sw);
    await use({ lab, a, sw, eth0, port });
  },
});

withHost.for<[call: (net: Net) => unknown, message: string]>([
  [
    ({ eth0 }) => eth0.address.add('192.0.2.1'),
    "a/eth0.address.add: address 192.0.2.1 is in no subnet of its segment, so it needs a prefix length: '192.0.2.1/24'",
  ],
  [
    ({ eth0 }) => eth0.address.add('10.0.0.256'),
    "a/eth0.address.add: address must be an IP address such as 10.0.0.1 or fd00::1: received '10.0.0.256'",
  ],
  [
    ({ eth0 }) => eth0.address.delete('10.0.0.1/33'),
    'a/eth0.address.delete: address must be an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64: ' +
      "received '10.0.0.1/33'",
  ],
  [({ a }) => a.route.add({ to: '10.7.0.0/16' }), 'a.route.add: a route takes via (a next hop) or dev (an interface)'],
  [
    ({ a }) => a.route.add({ to: 'home', via: '10.0.0.2' }),
    "a.route.add: to must be default, an address, or a network such as 10.1.0.0/24 or fd01::/64, without bits behind its length: received 'home'",
  ],
  [
    ({ a }) => a.route.delete({ to: 'default', via: 'b' }),
    "a.route.delete: via must be an IP address such as 10.0.0.1 or fd00::1: received 'b'",
  ],
  [
    ({ a }) => a.route.add({ to: 'default', dev: 'eth0', src: 'me' }),
    "a.route.add: src must be an IP address such as 10.0.0.1 or fd00::1: received 'me'",
  ],
  [({ a }) => a.route.add({ to: 'default', dev: 'eth7' }), "a.interface: a has no interface 'eth7'; it has eth0"],
  [({ a }) => a.route.get('b'), "a.route.get: to must be an IP address such as 10.0.0.1 or fd00::1: received 'b'"],
  [
    ({ a }) => a.neighbour.add({ to: '10.0.0.300', lladdr: '02:00:00:00:00:01' }),
    "a.neighbour.add: to must be an IP address such as 10.0.0.1 or fd00::1: received '10.0.0.300'",
  ],
  [
    ({ a }) => a.neighbour.add({ to: '10.0.0.3', lladdr: 'x' }),
    "a.neighbour.add: lladdr must be a MAC address such as 02:00:00:00:00:01: received 'x'",
  ],
  [
    ({ a }) => a.neighbour.delete('b'),
    "a.neighbour.delete: to must be an IP address such as 10.0.0.1 or fd00::1: received 'b'",
  ],
  [
    ({ sw, port }) => sw.fdb.add('33:33:00:00:00:01', port),
    "sw.fdb.add: mac must be a unicast address, its first byte even: received '33:33:00:00:00:01', a group address",
  ],
  [
    ({ sw, port }) => sw.fdb.delete('x', port),
    "sw.fdb.delete: mac must be a MAC address such as 02:00:00:00:00:01: received 'x'",
  ],
  [
    ({ a }) => a.sysctl.get('kernel.hostname'),
    "a.sysctl.get: name must begin with 'net.', since other sysctls belong to the whole machine: received 'kernel.hostname'",
  ],
  [
    ({ a }) => a.sysctl.set('net/../kernel/hostname', 'x'),
    "a.sysctl.set: name must begin with 'net.', since other sysctls belong to the whole machine: " +
      "received 'net/../kernel/hostname'",
  ],
  [
    ({ eth0 }) => eth0.address.add('10.0.0.9', { dad: 'no' as never }),
    "a/eth0.address.add: dad must be true or false: received 'no'",
  ],
  ...(['', ' ', [], null, {}, undefined, true, Number.NaN] as const).map((value): [(net: Net) => unknown, string] => [
    ({ a }) => a.sysctl.set('net.ipv4.ip_forward', value as never),
    `a.sysctl.set: value must be a number, or a text that is not empty: received ${
      typeof value === 'string' ? `'${value}'` : Array.isArray(value) ? '[]' : value instanceof Object ? '{}' : value
    }`,
  ]),
  [
    ({ a }) => a.sysctl.get('net.ipv4'),
    "a.sysctl.get: name must be a sysctl: received 'net.ipv4', which is a folder of sysctls",
  ],
  [
    ({ a }) => a.sysctl.set('net.ipv4.conf.all', 1),
    "a.sysctl.set: name must be a sysctl: received 'net.ipv4.conf.all', which is a folder of sysctls",
  ],
  [({ a }) => a.sysctl.get('net.ipv4.ip_forward.x'), "a.sysctl.get: this kernel has no sysctl 'net.ipv4.ip_forward.x'"],
  [
    ({ a }) => a.sysctl.get('net.ipv4.ip_forward\0'),
    "a.sysctl.get: name must begin with 'net.', since other sysctls belong to the whole machine: " +
      "received 'net.ipv4.ip_forward\\0'",
  ],
])('before the kernel is asked: $1', ([call, message], { net }) => {
  expect(() => call(net)).toThrow(new UsageError(message));
});

withHost.for<[what: string, call: (net: Net) => unknown, message: string]>([
  [
    'an address that is there',
    ({ eth0 }) => eth0.address.add('10.0.0.1/24'),
    'ip -n a address add 10.0.0.1/24 dev eth0: EEXIST (file already exists)\n' +
      '  usual cause: the interface has this address already',
  ],
  [
    'deleting an address that is not there',
    ({ eth0 }) => eth0.address.delete('10.0.0.9'),
    'ip -n a address del 10.0.0.9/24 dev eth0: EADDRNOTAVAIL (address not available)\n' +
      '  usual cause: a/eth0 has no such address; it has 10.0.0.1/24, fd00::1/64, fe80::ff:fe00:65/64',
  ],
  [
    'a route that is there',
    ({ a }) => {
      a.route.add({ to: '10.7.0.0/16', via: '10.0.0.2' });
      a.route.add({ to: '10.7.0.0/16', via: '10.0.0.3' });
    },
    'ip -n a route add 10.7.0.0/16 via 10.0.0.3: EEXIST (file already exists)\n' +
      '  usual cause: a route to there exists already: replace or append it',
  ],
  [
    'a next hop on no link',
    ({ a }) => a.route.add({ to: '10.7.0.0/16', via: '192.0.2.1' }),
    'ip -n a route add 10.7.0.0/16 via 192.0.2.1: ENETUNREACH (network is unreachable)\n' +
      '  usual cause: the next hop 192.0.2.1 is on no link of a, or its interface is down',
  ],
  [
    'an IPv6 next hop on no link',
    ({ a }) => a.route.add({ to: 'fd07::/48', via: 'fd99::1' }),
    'ip -n a route add fd07::/48 via fd99::1: EHOSTUNREACH (host is unreachable)\n' +
      '  usual cause: the next hop fd99::1 is on no link of a, or its interface is down',
  ],
  [
    'a route by an interface that is down',
    ({ a, eth0 }) => {
      eth0.set({ up: false });
      a.route.add({ to: '10.7.0.0/16', dev: eth0 });
    },
    'ip -n a route add 10.7.0.0/16 dev eth0: ENETDOWN (network is down)\n' +
      '  usual cause: the interface is down: set({ up: true })',
  ],
  [
    'deleting a route that is not there',
    ({ a }) => a.route.delete({ to: '10.7.0.0/16', via: '10.0.0.2' }),
    'ip -n a route del 10.7.0.0/16 via 10.0.0.2: ESRCH (no such process)\n  usual cause: there is no such route',
  ],
  [
    'looking up a route that is not there',
    ({ a }) => a.route.get('192.0.2.1'),
    'ip -n a route get 192.0.2.1: ENETUNREACH (network is unreachable)',
  ],
  [
    'deleting a neighbour that is not there',
    ({ a }) => a.neighbour.delete('10.0.0.9'),
    'ip -n a neighbour del 10.0.0.9 dev eth0: ENOENT (no such file or directory)',
  ],
  [
    'deleting an fdb entry that is not there',
    ({ sw, port }) => sw.fdb.delete('02:00:00:00:00:99', port),
    'bridge -n sw fdb del 02:00:00:00:00:99 dev p0 master: ENOENT (no such file or directory)',
  ],
  [
    'a name that the bridge itself has',
    ({ lab, sw }) => lab.cable(lab.namespace('b'), sw, { b: { name: 'br0' } }),
    'ip -n sw link add br0 address 02:00:00:00:00:68 master br0 type veth peer name eth0 address 02:00:00:00:00:67 netns b: EEXIST (file already exists)\n' +
      '  usual cause: an interface has this name already',
  ],
  [
    'a new name that another interface has',
    ({ lab, a, eth0 }) => {
      lab.cable(a, lab.namespace('b'));
      // One that is up cannot be renamed at all before 6.2 (`dev_change_name`).
      eth0.set({ up: false });
      eth0.set({ name: 'eth1' });
    },
    'ip -n a link set eth0 name eth1: EEXIST (file already exists)\n' +
      '  usual cause: a has an interface of this name already',
  ],
  [
    'the state of a port of a spanning tree',
    ({ lab }) => {
      const { b: port } = lab.cable(lab.namespace('b'), lab.switch('tree', { stp: true }));
      port.set({ state: 'blocking', mcastFlood: false });
    },
    'bridge -n tree link set dev p0 mcast_flood off state blocking: EBUSY (resource busy or locked)\n' +
      '  usual cause: while STP is on, the spanning tree sets the state of a port',
  ],
  [
    'the state of a port that is down',
    ({ port }) => {
      port.set({ up: false });
      port.set({ state: 'forwarding' });
    },
    'bridge -n sw link set dev p0 state forwarding: ENETDOWN (network is down)\n' +
      '  usual cause: a port that is down, or has no carrier, can only be set to disabled',
  ],
  [
    'a value that a sysctl does not take',
    ({ a }) => a.sysctl.set('net.ipv4.ip_forward', 'yes'),
    'ip netns exec a sysctl -w net.ipv4.ip_forward=yes: EINVAL (invalid argument)\n' +
      "  usual cause: the kernel refuses 'yes'; it is '0' now: give it a value of that form",
  ],
])('the kernel refuses %s', ([, call, message], { net }) => {
  expect(refusal(() => call(net))).toBe(message);
});

// a eth0 ── p0 sw
withHost('a sysctl that this kernel does not have is told of by its name', ({ net }) => {
  expect(() => net.a.sysctl.get('net.ipv4.no_such')).toThrow(
    "a.sysctl.get: this kernel has no sysctl 'net.ipv4.no_such'",
  );
});
