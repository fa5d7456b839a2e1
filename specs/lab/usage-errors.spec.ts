import { createLab, expect, test, UsageError } from 'hairpin';
import { buildSmallNet, type SmallNet } from './small-net.ts';

type Refusal = [call: (net: SmallNet) => unknown, message: string];

// a eth0 ── p0 sw   b
const refused = test.extend<{ net: SmallNet }>({ net: ({ lab }, use) => use(buildSmallNet(lab)) });

function refuses(subject: string, refusals: readonly Refusal[]): void {
  refused.for(refusals)(`${subject}: $1`, ([call, message], { net }) => {
    expect(() => call(net)).toThrow(new UsageError(message));
  });
}

refuses('names of namespaces', [
  [
    ({ lab }) => lab.namespace('a'),
    "lab.namespace: this lab has a namespace of the name 'a' already; names are unique",
  ],
  [
    ({ lab }) => lab.router('-r'),
    'lab.router: name must begin with a letter or digit and have up to 64 letters, digits, dots, dashes and ' +
      "underscores: received '-r'",
  ],
  [
    ({ lab }) => lab.switch(undefined as never),
    'lab.switch: name must begin with a letter or digit and have up to 64 letters, digits, dots, dashes and ' +
      'underscores: received undefined',
  ],
]);

refuses('switches', [
  [
    ({ lab }) => lab.switch('s', { ageing: 3 } as never),
    "lab.switch('s'): there is no option 'ageing'; the options are ageingTime, fdbMaxLearned, stp, forwardDelay, helloTime, maxAge, priority, vlanFiltering, vlanProtocol, vlanDefaultPvid, vlanStatsEnabled, vlanStatsPerPort, noLinklocalLearn, mcastVlanSnooping, mstEnabled, groupFwdMask, groupAddress, mcastSnooping, mcastQuerier, mcastQueryUseIfaddr, mcastRouter, mcastHashMax, mcastLastMemberCount, mcastStartupQueryCount, mcastLastMemberInterval, mcastMembershipInterval, mcastQuerierInterval, mcastQueryInterval, mcastQueryResponseInterval, mcastStartupQueryInterval, mcastStatsEnabled, mcastIgmpVersion, mcastMldVersion, nfCallIptables, nfCallIp6tables, nfCallArptables, subnets",
  ],
  [
    ({ lab }) => lab.switch('s', { noLinklocalLearn: 'yes' as never }),
    "lab.switch('s'): noLinklocalLearn must be true or false: received 'yes'",
  ],
  [
    ({ lab }) => lab.switch('s', { ageingTime: -1 }),
    "lab.switch('s'): ageingTime must be seconds, from 0 to 1000000: received -1",
  ],
  [({ lab }) => lab.switch('s', { stp: 1 } as never), "lab.switch('s'): stp must be true or false: received 1"],
  [
    ({ lab }) => lab.switch('s', { mcastSnooping: 'on' } as never),
    "lab.switch('s'): mcastSnooping must be true or false: received 'on'",
  ],
  [
    ({ lab }) => lab.switch('s', { subnets: [] }),
    "lab.switch('s'): subnets must be a list such as ['10.1.0.0/16', 'fd01::/64']: received []",
  ],
  [
    ({ lab }) => lab.switch('s', { subnets: 'x' as never }),
    "lab.switch('s'): subnets must be a list such as ['10.1.0.0/16', 'fd01::/64']: received 'x'",
  ],
  [
    ({ lab }) => lab.switch('s', { subnets: null as never }),
    "lab.switch('s'): subnets must be a list such as ['10.1.0.0/16', 'fd01::/64']: received null",
  ],
  [
    ({ lab }) => lab.switch('s', { subnets: ['10.1.0.0/99'] }),
    "switch s: subnets must be networks such as 10.1.0.0/16 and fd01::/64: received '10.1.0.0/99'",
  ],
  [
    ({ lab }) => lab.switch('s', { subnets: ['10.1.0.0/31'] }),
    'switch s: subnets must leave room for hosts: received 10.1.0.0/31',
  ],
  [
    ({ lab }) => lab.switch('s', { subnets: ['10.1.0.5/24'] }),
    'switch s: subnets must have host bits of zero, such as 10.1.0.0/24: received 10.1.0.5/24',
  ],
  [
    ({ lab }) => lab.switch('s', { subnets: ['10.1.0.0/24', '10.2.0.0/24'] }),
    'switch s: subnets must be at most one of IPv4 and one of IPv6: received 10.1.0.0/24, 10.2.0.0/24',
  ],
]);

refuses('cables', [
  [
    ({ lab, a }) => lab.cable('x' as never, a),
    "lab.cable: a must be a namespace, router or switch of this lab: received 'x'",
  ],
  [
    ({ lab, a, eth0 }) => lab.cable(a, eth0 as never),
    'lab.cable: b must be a namespace, router or switch of this lab: received an Interface eth0',
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { length: 3 } as never),
    "lab.cable(a, b): there is no option 'length'; the options are mtu, a, b, kind",
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, [] as never),
    'lab.cable(a, b): options must be an object such as { mtu: … }: received []',
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { mtu: 67 }),
    'lab.cable(a, b): mtu must be a whole number from 68 to 65535: received 67',
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { a: { hairpin: true } }),
    'lab.cable(a, b): a: hairpin is for ports of bridges, and a is no switch; set({ master: bridge, hairpin: … }) makes a device a port',
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { b: null as never }),
    'lab.cable(a, b): b: options must be an object such as { name: … }: received null',
  ],
  [
    ({ lab, b, sw }) => lab.cable(b, sw, { b: { address: '10.0.0.9/24' } }),
    'lab.cable(b, sw): b: address is for hosts: a port of a switch has none',
  ],
  [
    ({ lab, b, sw }) => lab.cable(b, sw, { b: { cost: 0 } }),
    'lab.cable(b, sw): b: cost must be a whole number from 1 to 65535: received 0',
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { a: { up: 'no' } as never }),
    "lab.cable(a, b): a: up must be true or false: received 'no'",
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { b: { promiscuous: 1 } as never }),
    'lab.cable(a, b): b: promiscuous must be true or false: received 1',
  ],
]);

refuses('names and MAC addresses of interfaces', [
  [
    ({ lab, a, b }) => lab.cable(a, b, { a: { name: 'eth0' } }),
    "lab.cable(a, b): a has an interface of the name 'eth0' already",
  ],
  [
    ({ lab, a }) => lab.cable(a, a, { a: { name: 'x' }, b: { name: 'x' } }),
    "lab.cable(a, a): a has an interface of the name 'x' already",
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { b: { name: 'lo' } }),
    "lab.cable(a, b): b has an interface of the name 'lo' already",
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { b: { name: 'sixteenletters16' } }),
    "lab.cable(a, b): name must be 1 to 15 bytes without slash, colon, percent sign or white space: received 'sixteenletters16' (16 bytes)",
  ],
  [
    ({ eth0 }) => eth0.set({ name: 'a%d' }),
    "a/eth0.set: name must be 1 to 15 bytes without slash, colon, percent sign or white space: received 'a%d'",
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { a: { name: 'net\0x' } }),
    "lab.cable(a, b): name must be without control characters and halves of characters, which no report can show: received 'net\\0x'",
  ],
  [
    ({ eth0 }) => eth0.set({ name: 'all' }),
    'a/eth0.set: name must be another than all and default, which mean all devices in sysctls ' +
      "(net.ipv4.conf.all): received 'all'",
  ],
  [
    ({ eth0 }) => eth0.set({ mac: '2:0:0:0:0:1' }),
    "a/eth0.set: mac must be a MAC address such as 02:00:00:00:00:01: received '2:0:0:0:0:1'",
  ],
  [
    ({ lab, a, b }) => lab.cable(a, b, { a: { mac: '01:00:5e:00:00:01' } }),
    "lab.cable(a, b): mac must be a unicast address, its first byte even: received '01:00:5e:00:00:01', a group address",
  ],
  [
    ({ eth0 }) => eth0.set({ mac: '00:00:00:00:00:00' }),
    "a/eth0.set: mac must not be all zero: received '00:00:00:00:00:00'",
  ],
]);

refuses('live changes', [
  [
    ({ eth0 }) => eth0.set({ hairpin: true }),
    'a/eth0.set: hairpin is for ports of bridges, and a/eth0 is no port; set({ master: bridge, hairpin: … }) makes a device a port',
  ],
  [
    ({ eth0 }) => eth0.set({ speed: 10 } as never),
    "a/eth0.set: there is no option 'speed'; the options are up, mtu, mac, promiscuous, name, master, altnames, addrgenmode, token, protodown, protodownReasons, allMulticast, arp",
  ],
  [({ eth0 }) => eth0.set(null as never), 'a/eth0.set: options must be an object such as { up: … }: received null'],
  [({ eth0 }) => eth0.set({ mtu: 70_000 }), 'a/eth0.set: mtu must be a whole number from 68 to 65535: received 70000'],
  [
    ({ port }) => port.set({ reflect: true } as never),
    "sw/p0.set: there is no option 'reflect'; the options are hairpin, guard, learning, flood, mcastFlood, bcastFlood, " +
      'isolated, locked, state, cost, priority, rootBlock, fastLeave, mcastRouter, mcastToUnicast, neighSuppress, neighVlanSuppress, proxyArp, proxyArpWifi, vlanTunnel, groupFwdMask, mab, mcastMaxGroups, backupNhid, backupPort, up, mtu, mac, promiscuous, name, master, altnames, addrgenmode, token, protodown, protodownReasons, allMulticast, arp',
  ],
  [({ port }) => port.set({ hairpin: 'on' } as never), "sw/p0.set: hairpin must be true or false: received 'on'"],
  [
    ({ port }) => port.set({ state: 'off' } as never),
    "sw/p0.set: state must be one of disabled, listening, learning, forwarding, blocking: received 'off'",
  ],
  [({ port }) => port.set({ priority: 64 }), 'sw/p0.set: priority must be a whole number from 0 to 63: received 64'],
]);

refuses('a partition', [
  [
    ({ lab, a }) => lab.partition([a]),
    'lab.partition: it takes two or more groups of hosts, as in lab.partition([a, b], [c]): received [[a Namespace a]]',
  ],
  [
    ({ lab, a }) => lab.partition([a], []),
    'lab.partition: it takes two or more groups of hosts, as in lab.partition([a, b], [c]): received [[a Namespace a], []]',
  ],
  [
    ({ lab, a, b }) => lab.partition(a as never, b as never),
    'lab.partition: it takes two or more groups of hosts, as in lab.partition([a, b], [c]): received [a Namespace a, a Namespace b]',
  ],
  [({ lab, a }) => lab.partition([a], ['b' as never]), "lab.partition: a group takes hosts and routers: received 'b'"],
  [
    ({ lab, a, sw }) => lab.partition([a], [sw]),
    'lab.partition: sw is a switch, which belongs to no group: name the hosts, or unplug the cable between two switches',
  ],
  [({ lab, a, b }) => lab.partition([a, b], [a]), 'lab.partition: a is in two groups'],
]);

refuses('families', [
  [({ a }) => a.neighbour.flush('4' as never), "a.neighbour.flush: family must be one of 4, 6: received '4'"],
  [({ eth0 }) => eth0.address.first('4' as never), "a/eth0.address.first: family must be one of 4, 6: received '4'"],
  [({ a }) => a.route.list(6 as never), 'a.route.list: options must be an object such as { family: … }: received 6'],
  [({ a }) => a.route.list({ family: 5 as never }), 'a.route.list: family must be one of 4, 6: received 5'],
]);

refuses('looking interfaces up', [
  [({ b }) => b.interface(), 'b.interface: say which interface of b; it has none'],
  [({ b }) => b.interface('eth0'), "b.interface: b has no interface 'eth0'; it has none"],
  [({ b, eth0 }) => b.interface(eth0), 'b.interface: a/eth0 is not in b'],
  [
    ({ lab, a, b }) => {
      lab.cable(a, b);
      a.interface();
    },
    'a.interface: say which interface of a; it has eth0, eth1',
  ],
]);

refuses('what was deleted', [
  [deleted(({ cable }) => cable.plug()), 'a/eth0.set: the interface has been deleted'],
  [deleted(({ sw, port }) => sw.fdb.add('02:00:00:00:dd:01', port)), 'sw.fdb.add: port sw/p0 has been deleted'],
  [deleted(({ a, eth0 }) => a.interface(eth0)), 'a.interface: a/eth0 is deleted'],
  [deleted(({ eth0 }) => eth0.set({ up: true })), 'a/eth0.set: the interface has been deleted'],
  [deleted(({ eth0 }) => eth0.state()), 'a/eth0.state: the interface has been deleted'],
  [deleted(({ port }) => port.set({ hairpin: true })), 'sw/p0.set: the interface has been deleted'],
  [deleted(({ eth0 }) => eth0.address.add('10.0.0.7')), 'a/eth0.address.add: the interface has been deleted'],
  [deleted(({ eth0 }) => eth0.address.delete('10.0.0.1')), 'a/eth0.address.delete: the interface has been deleted'],
  [deleted(({ eth0 }) => eth0.address.list()), 'a/eth0.address.list: the interface has been deleted'],
]);

refuses('run and exec', [
  [({ a }) => a.run('ls' as never), "a.run: fn must be a function: received 'ls'; a program is run by a.exec"],
  [({ a }) => a.exec(''), "a.exec: file must be a program's name: received ''"],
  [
    ({ a }) => a.exec('ls', '-l' as never),
    "a.exec: args must be a list of strings, one an argument (there is no shell): received '-l'",
  ],
  [
    ({ a }) => a.exec('ls', [1] as never),
    'a.exec: args must be a list of strings, one an argument (there is no shell): received [1]',
  ],
  [
    ({ a }) => a.exec('no-such-program'),
    "a.exec: there is no program 'no-such-program' on the PATH; install it, or give its path",
  ],
  [
    ({ a }) => a.exec('ls', [], { env: { PATH: '/nowhere' } }),
    "a.exec: there is no program 'ls' on the PATH; install it, or give its path",
  ],
  [
    ({ a }) => a.exec('ip -br link'),
    "a.exec: there is no program 'ip -br link' on the PATH; there is no shell, so write a.exec('ip', ['-br', 'link'])",
  ],
  [
    ({ a }) => a.exec('nft list ruleset > rules'),
    "a.exec: there is no program 'nft list ruleset > rules' on the PATH; there is no shell, so write a.exec('sh', ['-c', 'nft list ruleset > rules'])",
  ],
]);

// a ── p0 sw   b ── p0 second   and a switch of the same names in another lab
test('an entry of a forwarding database is of a port of the same switch', async ({ lab }) => {
  await using other = createLab();
  const [sw, second, foreign] = [lab.switch('sw'), lab.switch('second'), other.switch('sw')];
  const { a: eth0 } = lab.cable(lab.namespace('a'), sw);
  const { b: ofSecond } = lab.cable(lab.namespace('b'), second);
  const { b: ofAnother } = other.cable(other.namespace('a'), foreign);
  const rule = 'port must be a port of sw, such as an end of a cable there: received';
  for (const method of ['add', 'delete'] as const) {
    for (const [port, received] of [
      [ofSecond, 'second/p0'],
      [ofAnother, 'sw/p0, of another lab'],
      [eth0 as never, 'a/eth0'],
      [undefined as never, 'undefined'],
      ['p0' as never, "'p0'"],
    ] as const) {
      expect(() => sw.fdb[method]('02:00:00:00:dd:01', port)).toThrow(
        new UsageError(`sw.fdb.${method}: ${rule} ${received}`),
      );
    }
  }
  expect(sw.fdb.list().map(({ mac }) => mac)).not.toContain('02:00:00:00:dd:01');
});

// a ── b, of two labs
test('a cable does not cross labs', async ({ lab }) => {
  await using other = createLab();
  expect(() => lab.cable(lab.namespace('a'), other.namespace('b'))).toThrow(
    new UsageError('lab.cable: b must be of the same lab: received b, of another'),
  );
});

function deleted(call: (net: SmallNet) => unknown): (net: SmallNet) => unknown {
  return (net) => {
    net.eth0.delete();
    call(net);
  };
}
