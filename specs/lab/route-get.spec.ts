import { expect, type RouteFlow, test } from 'hairpin';
import { isRootOfMachine } from '../../lib/kernel/namespaces/user-namespace.ts';
import { read } from './referee.ts';

/** Each is for one rule's packets alone; the last byte of its next hop is its table. */
const RULES = [
  { fwmark: 5, table: 11 },
  { tos: 0x10, table: 12 },
  { ipproto: 'udp', sport: 5000, table: 13 },
  { ipproto: 'tcp', dport: 80, table: 14 },
  { ipproto: 'tcp', table: 15 },
  { from: '10.0.0.9', table: 16 },
  { from: '203.0.113.7', iif: 'eth0', table: 18 },
] as const;

const FLOWS: [flow: RouteFlow, words: string, table: number][] = [
  [{}, '', 1],
  [{ mark: 5 }, 'mark 5', 11],
  [{ mark: 0 }, 'mark 0', 1],
  [{ tos: 0x10 }, 'tos 0x10', 12],
  [{ ipproto: 'udp', sport: 5000 }, 'ipproto udp sport 5000', 13],
  [{ ipproto: 17, sport: 5001 }, 'ipproto udp sport 5001', 1],
  [{ ipproto: 'tcp', dport: 80 }, 'ipproto tcp dport 80', 14],
  [{ ipproto: 'tcp', dport: 81, sport: 80 }, 'ipproto tcp dport 81 sport 80', 15],
  [{ ipproto: 'icmp' }, 'ipproto icmp', 1],
  [{ from: '10.0.0.9' }, 'from 10.0.0.9', 16],
  [{ from: '203.0.113.7', iif: 'eth0' }, 'from 203.0.113.7 iif eth0', 18],
  [{ from: '203.0.113.8', iif: 'eth0' }, 'from 203.0.113.8 iif eth0', 1],
  [
    { ipproto: 'tcp', dport: 80, tos: 0x10, mark: 5, dev: 'eth0', from: '10.0.0.9' },
    'ipproto tcp dport 80 tos 0x10 mark 5 oif eth0 from 10.0.0.9',
    11,
  ],
];

// a ── b
test.for(FLOWS)('the route of a packet with %o, as ip route get has it', async ([flow, words, table], { lab }) => {
  const [a, b] = [lab.router('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: ['10.0.0.1/24', '10.0.0.9/24'] } });
  a.route.add({ to: 'default', via: '10.0.0.101' });
  RULES.forEach((rule, index) => {
    a.rule.add({ ...rule, priority: 100 + index });
    a.route.add({ to: 'default', via: `10.0.0.1${rule.table}`, table: rule.table });
  });
  const route = a.route.get('192.0.2.1', flow);
  expect(route.via).toBe(`10.0.0.1${String(table).padStart(2, '0')}`);
  const [told] = await read<{ gateway: string; dev: string; table?: string }>(a, 'ip', [
    ...['-j', 'route', 'get', '192.0.2.1', ...words.split(' ').filter(Boolean)],
  ]);
  expect({ gateway: route.via, dev: route.dev }).toEqual({ gateway: told?.gateway, dev: told?.dev });
  // ip is silent of the main table.
  expect(route.table).toBe(Number(told?.table ?? 254));
  expect(route.table).toBe(table === 1 ? 254 : table);
});

// a ── b
test('the route of a packet of a user, as ip route get has it', async ({ lab, skip }) => {
  skip(!isRootOfMachine(), 'needs root of the machine: a user namespace has no other users');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.rule.add({ uidrange: '100-199', table: 17 });
  a.route.add({ to: 'default', via: '10.0.0.2', table: 17 });
  const [told] = await read<{ table: string }>(a, 'ip', ['-j', 'route', 'get', '10.0.0.2', 'uid', '100']);
  expect(told?.table).toBe('17');
  expect(a.route.get('10.0.0.2', { uid: 100 }).table).toBe(17);
  expect(a.route.get('10.0.0.2', { uid: 200 }).table).toBe(254);
});

// a ── b
test('the user of a packet, where an ordinary user runs the test', ({ lab, skip }) => {
  skip(isRootOfMachine(), 'needs an ordinary user, whose user namespace has no other users');
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const rule = (option: string, received: string) =>
    `${option} must be a user of this user namespace, which has only 0 (/proc/self/uid_map): received ${received}; run the test as root for others`;
  expect(() => a.rule.add({ uidrange: '100-199', table: 17 })).toThrow(`a.rule.add: ${rule('uidrange', '100-199')}`);
  expect(() => a.route.get('10.0.0.2', { uid: 100 })).toThrow(`a.route.get: ${rule('uid', '100')}`);
  a.rule.add({ uidrange: 0, table: 17 });
});

// a ── b
test('of IPv6', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: 'fd00::1/64' }, b: { address: 'fd00::2/64' } });
  const marks: [RouteFlow, string][] = [
    [{ mark: 5 }, 'mark 5'],
    [{ ipproto: 'tcp', dport: 80 }, 'ipproto tcp dport 80'],
    [{ ipproto: 'ipv6-icmp' }, 'ipproto ipv6-icmp'],
  ];
  a.rule.add({ family: 6, fwmark: 5, table: 11 });
  a.rule.add({ family: 6, ipproto: 'tcp', dport: 80, table: 12 });
  a.rule.add({ family: 6, ipproto: 'ipv6-icmp', table: 13 });
  for (const [index, [flow, words]] of marks.entries()) {
    a.route.add({ to: 'fd09::/64', via: `fd00::1${index + 1}`, table: 11 + index });
    const [told] = await read<{ gateway: string }>(a, 'ip', [
      ...['-j', '-6', 'route', 'get', 'fd09::1', ...words.split(' ')],
    ]);
    expect(told?.gateway).toBe(`fd00::1${index + 1}`);
    expect(a.route.get('fd09::1', flow).via).toBe(told?.gateway);
  }
});

// a ── b
test.for(['192.0.2.1', 'fd09::1'])('the whole entry for %s, as ip route get fibmatch has it', async (to, { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: ['10.0.0.1/24', 'fd00::1/64'] } });
  for (const [net, via] of [
    ['192.0.2.0/24', ['10.0.0.2', '10.0.0.3']],
    ['fd09::/64', ['fd00::2', 'fd00::3']],
  ] as const)
    a.route.add({ to: net, nextHops: via.map((each) => ({ via: each })), table: 'main' });

  const entry = a.route.get(to, { fibmatch: true });
  const [told] = await read<{ dst: string; nexthops: { gateway: string }[] }>(a, 'ip', [
    ...['-j', 'route', 'get', 'fibmatch', to],
  ]);
  expect(entry.to).toBe(told?.dst);
  expect(entry.nextHops?.map(({ via }) => via)).toEqual(told?.nexthops.map(({ gateway }) => gateway));
  expect(a.route.get(to).nextHops).toBeUndefined();
});

test('what the kernel refuses is said in the words of ip route get', ({ lab }) => {
  const a = lab.namespace('a');
  expect(() => a.route.get('192.0.2.1', { ipproto: 'tcp', dport: 80, mark: 5, tos: 8 })).toThrow(
    'ip -n a route get 192.0.2.1 tos 0x8 mark 0x5 ipproto 6 dport 80',
  );
  expect(() => a.route.get('192.0.2.1', { uid: 0, fibmatch: true })).toThrow(
    'ip -n a route get fibmatch 192.0.2.1 uid 0',
  );
});

test.for([
  [{ dport: 65536 }, 'a.route.get: dport must be a whole number from 1 to 65535: received 65536'],
  [{ ipproto: 'http' }, /^a\.route\.get: ipproto must be a number from 0 to 255, or one of icmp, .*: received 'http'$/],
  [{ uid: -1 }, 'a.route.get: uid must be a whole number from 0 to 4294967294: received -1'],
  [{ oif: 'eth0' }, /^a\.route\.get: there is no option 'oif' \(the nearest is dev\)/],
  [{ fwmark: 5 }, /^a\.route\.get: there is no option 'fwmark' \(the nearest is mark\)/],
  [{ proto: 'tcp' }, /a\.route\.get: .*proto/],
  [{ mark: '0x5' }, /^a\.route\.get: mark must be a whole number from 0 to 4294967295: received '0x5'$/],
] as [RouteFlow, string | RegExp][])('%o is refused', ([flow, message], { lab }) => {
  expect(() => lab.namespace('a').route.get('192.0.2.1', flow)).toThrow(message);
});
