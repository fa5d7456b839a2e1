import { describe, expect, test } from 'hairpin';
import { needs } from '../needs.ts';
import { type Asked, outcomes, outcomesOf, WAITING } from './rebuilt-outcomes.ts';

// lab.sh runs it.
needs('sysctl');

describe('a lab rebuilt by its script has the same routes:', WAITING, () => {
  // left ── one ── router ── two ── right
  test('routers and routes', async ({ lab }) => {
    const [one, two] = [lab.switch('one'), lab.switch('two')];
    const [left, right, router] = [lab.namespace('left'), lab.namespace('right'), lab.router('router')];
    lab.cable(left, one);
    lab.cable(router, one);
    lab.cable(router, two);
    lab.cable(right, two);
    left.route.add({ to: '10.7.0.0/16', via: '10.0.0.2', src: '10.0.0.1' });
    left.route.add({ to: 'fd07::/32', dev: 'eth0' });
    await router.exec('ip', ['route', 'add', 'blackhole', '10.8.0.0/16', 'metric', '7']);
    await router.exec('ip', ['address', 'add', '10.9.9.9/32', 'dev', 'lo']);
    const reached: Asked[] = [
      [left, right],
      [left, right, { family: 6 }],
      [left, '10.9.9.9', { from: '10.0.0.1' }],
    ];
    expect(await outcomes(lab, ...reached)).toEqual(['answered', 'answered', 'answered']);
  });

  // a ═ eth0, eth1 ═ b, and what `ip` alone can say: several next hops, tables, rules, a point-to-point address
  test('routes of every kind, and rules', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    lab.cable(a, b);
    const hops = ['nexthop', 'via', '10.0.0.2', 'weight', '3', 'nexthop', 'via', '10.0.1.2', 'dev', 'eth1'];
    const commands = [
      ['route', 'add', '10.6.0.0/16', ...hops],
      ['-6', 'route', 'add', 'fd06::/32', 'nexthop', 'via', 'fd00::2', 'nexthop', 'via', 'fd00:0:0:1::2'],
      ['route', 'add', '10.7.0.0/16', 'via', '192.0.2.7', 'dev', 'eth0', 'onlink', 'mtu', '1300'],
      ['route', 'add', '10.8.0.0/16', 'via', 'inet6', 'fd00::2', 'dev', 'eth0'],
      ['route', 'add', 'local', '10.9.0.0/16', 'dev', 'lo'],
      ['route', 'add', 'prohibit', 'default', 'table', '7'],
      // The way that systemd-networkd numbers what DHCP brings, a class of traffic, and two of one prefix.
      ['route', 'add', '10.3.0.0/16', 'via', '10.0.0.77', 'metric', '1024'],
      ['route', 'add', '10.3.0.0/16', 'via', '10.0.1.2', 'metric', '512'],
      ['route', 'add', '10.2.0.0/16', 'via', '10.0.0.2', 'tos', '0x10'],
      ['route', 'add', '10.1.0.0/16', 'dev', 'eth0'],
      ['route', 'append', '10.1.0.0/16', 'dev', 'eth1'],
      ['route', 'add', '172.16.0.0/16', 'dev', 'eth0', 'src', '10.9.0.1'],
      ['route', 'add', 'multicast', '239.0.0.0/8', 'dev', 'eth0'],
      ['-6', 'route', 'add', 'fd03::/32', 'from', 'fd00::/64', 'via', 'fd00::2'],
      ['rule', 'add', 'priority', '100', 'from', '10.0.1.1', 'to', '10.0.1.0/24', 'lookup', '7'],
      ['rule', 'add', 'priority', '0', 'to', '10.4.9.9', 'prohibit'],
      ['-6', 'rule', 'add', 'priority', '7', 'fwmark', '0x1', 'prohibit'],
      ['-6', 'rule', 'add', 'priority', '8', 'from', 'fd00::1', 'to', 'fd07::/32', 'lookup', '7'],
      ['address', 'add', '10.5.0.1', 'peer', '10.5.0.2/32', 'dev', 'eth0'],
      ['address', 'add', '10.5.0.1', 'peer', '10.5.0.3/32', 'dev', 'eth0'],
      ['address', 'add', '10.4.0.1/24', 'dev', 'eth0', 'noprefixroute'],
    ];
    for (const command of commands) await a.exec('ip', command);
    a.route.add({ to: '10.12.0.0/16', via: '10.0.0.2', advmss: 1360, hoplimit: 9, congctl: 'reno', rtoMin: 300 });
    a.route.add({ to: '10.13.0.0/16', dev: 'eth0', encap: { ip: { id: 7, dst: '192.0.2.9' } } });
    a.nexthop.add({ id: 1, via: '10.0.0.2', dev: 'eth0' });
    a.nexthop.add({ id: 2, via: '10.0.1.2', dev: 'eth1' });
    a.nexthop.add({ id: 10, group: [{ id: 1, weight: 3 }, { id: 2 }], type: 'resilient', buckets: 8, idleTimer: 60 });
    a.route.add({ to: '10.14.0.0/16', nhid: 10 });
    await b.exec('ip', ['address', 'add', '10.6.0.1/32', 'dev', 'lo']);
    await b.exec('ip', ['route', 'add', '10.9.0.0/16', 'via', '10.0.0.1']);
    expect(await outcomes(lab, [a, '10.6.0.1'], [b, '10.9.1.2'], [a, '10.0.1.2', { from: '10.0.1.1' }])).toEqual([
      ...['answered', 'answered', 'unsent'],
    ]);
  });

  // a ── b     c ── d: what was there by itself is gone
  test('what was taken away: the route of a subnet, ARP, the rule of the main table', async ({ lab }) => {
    const [a, b, c, d] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.namespace('d')];
    const { b: deaf } = lab.cable(a, b);
    lab.cable(c, d);
    await deaf.namespace.exec('ip', ['link', 'set', deaf.name, 'arp', 'off']);
    c.route.delete({ to: '10.0.1.0/24', dev: 'eth0' });
    c.route.delete({ to: 'fd00:0:0:1::/64', dev: 'eth0' });
    await d.exec('ip', ['rule', 'del', 'lookup', 'main']);
    const asked: Asked[] = [
      [a, b, { family: 4 }],
      [c, d, { family: 4 }],
      [c, d, { family: 6 }],
      [d, c, { family: 4 }],
    ];
    expect(await outcomes(lab, ...asked)).toEqual(['lost', 'unsent', 'unsent', 'unsent']);
  });

  // a ═ eth0, eth1, eth2 ═ b: routes of subnets that programs replaced, moved, or added in the kernel's name
  test('routes of subnets that are not as the kernel made them', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    for (let cable = 0; cable < 3; cable++) lab.cable(a, b);
    const commands = [
      // As the CNI plugin ptp does.
      ['route', 'del', '10.0.0.0/24', 'dev', 'eth0'],
      ['route', 'add', '10.0.0.2/32', 'dev', 'eth0', 'scope', 'link', 'src', '10.0.0.1'],
      ['route', 'add', '10.0.0.0/24', 'via', '10.0.0.2', 'dev', 'eth0', 'src', '10.0.0.1'],
      // To a table of its own.
      ['route', 'del', '10.0.1.0/24', 'dev', 'eth1'],
      ['route', 'add', '10.0.1.0/24', 'dev', 'eth1', 'table', '100'],
      ['route', 'replace', '10.0.2.0/24', 'dev', 'eth2', 'src', '10.0.2.1', 'mtu', '1400'],
      // As NetworkManager does.
      ['address', 'add', '10.4.0.1/24', 'dev', 'eth0', 'noprefixroute'],
      [
        'route',
        'add',
        '10.4.0.0/24',
        'dev',
        'eth0',
        'proto',
        'kernel',
        'scope',
        'link',
        'src',
        '10.4.0.1',
        'metric',
        '100',
      ],
      ['address', 'add', '10.6.0.1/24', 'dev', 'eth0', 'metric', '200'],
      ['address', 'add', '10.6.0.7/24', 'dev', 'eth1', 'metric', '100'],
    ];
    for (const command of commands) await a.exec('ip', command);
    await b.exec('ip', ['address', 'add', '10.4.0.2/24', 'dev', 'eth0']);
    await b.exec('ip', ['address', 'add', '10.6.0.2/24', 'dev', 'eth1']);
    const asked: Asked[] = [
      [a, '10.4.0.2'],
      [a, '10.6.0.2'],
      [a, '10.0.1.2'],
    ];
    expect(await outcomes(lab, ...asked)).toEqual(['answered', 'answered', 'unsent']);
  });

  // a ═ eth0, eth1, which is down ═ b
  test('several next hops of which one is down; two addresses of which the newer is the source', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b).a.address.add('fd00::a9/64');
    const { a: down } = lab.cable(a, b);
    const hops = ['nexthop', 'via', '10.0.0.2', 'nexthop', 'via', '10.0.1.2'];
    await a.exec('ip', ['route', 'add', '10.6.0.0/16', ...hops]);
    down.set({ up: false });
    await b.exec('nft', ['add table ip6 spec; add chain ip6 spec in { type filter hook input priority 0; }']);
    await b.exec('nft', ['add rule ip6 spec in ip6 saddr fd00::a9 icmpv6 type echo-request drop']);
    await b.exec('ip', ['address', 'add', '10.6.0.1/32', 'dev', 'lo']);
    // A next hop whose device is down cannot be added again; nobody would take it.
    expect((await outcomesOf(lab, [a, '10.6.0.1'])).asked).toEqual(['answered']);
    expect((await outcomesOf(lab, [a, 'fd00::2'])).asked).toEqual(['lost']);
  });

  // a ── b
  test.for([
    ['a nexthop behind a route', 'ip route add 192.0.2.1 dev eth0', 'ip nexthop add id 7 via 192.0.2.1 dev eth0'],
    ['one of IPv6', 'ip -6 route add fd55::1 dev eth0', 'ip nexthop add id 7 via fd55::1 dev eth0'],
    [
      'a route of an address that was deleted',
      'ip route add default via 10.0.0.2',
      'ip address add 10.5.0.1/24 dev eth0',
      'ip address delete 10.0.0.1/24 dev eth0',
    ],
    [
      'one of IPv6, in a table',
      'ip -6 route add default via fd00::2 table 100',
      'ip address delete fd00::1/64 dev eth0',
    ],
    [
      'several next hops behind a route that was deleted',
      'ip route add 192.0.2.0/24 dev eth0',
      'ip route add default nexthop via 192.0.2.1 nexthop via 192.0.2.2',
      'ip route delete 192.0.2.0/24 dev eth0',
    ],
  ])('next hops that no address brings onto a link: %s', async ([, ...commands], { lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await a.exec('sh', ['-ec', commands.join('\n')]);
    expect(await outcomes(lab, [b, '192.0.2.99'])).toEqual(['unsent']);
  });
});
