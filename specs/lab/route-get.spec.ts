import { expect, type RouteFlow, test } from 'hairpin';
import { read } from './referee.ts';

/** Each is for one rule's packets alone; the last byte of its next hop is its table. */
const RULES = [
  { fwmark: 5, table: 11 },
  { tos: 0x10, table: 12 },
  { ipproto: 'udp', sport: 5000, table: 13 },
  { ipproto: 'tcp', dport: 80, table: 14 },
  { ipproto: 'tcp', table: 15 },
  { from: '10.0.0.9', table: 16 },
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
  [
    { ipproto: 'tcp', dport: 80, tos: 0x10, mark: 5, dev: 'eth0', from: '10.0.0.9' },
    'ipproto tcp dport 80 tos 0x10 mark 5 oif eth0 from 10.0.0.9',
    11,
  ],
];

// a ── b
test.for(FLOWS)('the route of a packet with %o, as ip route get has it', async ([flow, words, table], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: ['10.0.0.1/24', '10.0.0.9/24'] } });
  a.route.add({ to: 'default', via: '10.0.0.101' });
  RULES.forEach((rule, index) => {
    a.rule.add({ ...rule, priority: 100 + index });
    a.route.add({ to: 'default', via: `10.0.0.1${rule.table}`, table: rule.table });
  });
  const route = a.route.get('192.0.2.1', flow);
  expect(route.via).toBe(`10.0.0.1${String(table).padStart(2, '0')}`);
  const [told] = await read<{ gateway: string; dev: string; prefsrc?: string }>(a, 'ip', [
    ...['-j', 'route', 'get', '192.0.2.1', ...words.split(' ').filter(Boolean)],
  ]);
  expect({ gateway: route.via, dev: route.dev }).toEqual({ gateway: told?.gateway, dev: told?.dev });
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

test('what the kernel refuses is said in the words of ip route get', ({ lab }) => {
  const a = lab.namespace('a');
  expect(() => a.route.get('192.0.2.1', { ipproto: 'tcp', dport: 80, mark: 5, tos: 8 })).toThrow(
    'ip -n a route get 192.0.2.1 tos 0x8 mark 0x5 ipproto 6 dport 80',
  );
});

test.for([
  [{ dport: 65536 }, 'a.route.get: dport must be a whole number from 1 to 65535: received 65536'],
  [{ ipproto: 'http' }, /^a\.route\.get: ipproto must be a number from 0 to 255, or one of icmp, .*: received 'http'$/],
  [{ proto: 'tcp' }, /a\.route\.get: .*proto/],
  [{ mark: '0x5' }, /^a\.route\.get: mark must be a whole number from 0 to 4294967295: received '0x5'$/],
] as [RouteFlow, string | RegExp][])('%o is refused', ([flow, message], { lab }) => {
  expect(() => lab.namespace('a').route.get('192.0.2.1', flow)).toThrow(message);
});
