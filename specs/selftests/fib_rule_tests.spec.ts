import { describe, expect, type Lab, type RouteFlow, type RuleOptions, test } from 'hairpin';
import { isRootOfMachine } from '../../lib/kernel/namespaces/user-namespace.ts';

/** Why an ordinary user skips a test of users. */
const ONLY_USER = 'needs root of the machine: a user namespace has no other users';

const TABLE = 100;
const ENDS = {
  4: { address: '192.51.100.1/24', gateway: '192.51.100.2', source: '192.51.100.3' },
  6: { address: '2001:db8:1::1/64', gateway: '2001:db8:1::2', source: '2001:db8:1::3' },
} as const;

// testns ── eth0 peer; the table 100 leads to the same gateway as the subnet's route
function build(lab: Lab, family: 4 | 6) {
  const { address, gateway } = ENDS[family];
  const testns = lab.router('testns');
  lab.cable(testns, lab.namespace('peer'), { a: { name: 'dummy0', address }, b: { address: false } });
  testns.route.add({ to: 'default', via: gateway, dev: 'dummy0', onlink: true, table: TABLE });
  return testns;
}

describe.for([4, 6] as const)('IPv%d fib rule', (family) => {
  const { gateway, source } = ENDS[family];
  const icmp = family === 4 ? 'icmp' : 'ipv6-icmp';
  const cases: [name: string, match: RuleOptions, flow: RouteFlow, other: RouteFlow][] = [
    ['oif redirect to table', { oif: 'dummy0' }, { dev: 'dummy0' }, {}],
    [
      'iif redirect to table',
      { from: source, iif: 'dummy0' },
      { from: source, iif: 'dummy0' },
      { from: gateway, iif: 'dummy0' },
    ],
    // The two lowest bits are those of ECN, which no rule looks at.
    ...[0x10, 0x11, 0x12, 0x13].map((tos): (typeof cases)[number] => [
      `tos 0x${tos.toString(16)} redirect to table`,
      { tos: 0x10 },
      { tos },
      { tos: 0x20 },
    ]),
    ['fwmark redirect to table', { fwmark: 0x64 }, { mark: 0x64 }, { mark: 0x65 }],
    ['uid redirect to table', { uidrange: '100-100' }, { uid: 100 }, { uid: 101 }],
    [
      'sport and dport redirect to table',
      { sport: 666, dport: 777 },
      { sport: 666, dport: 777 },
      { sport: 666, dport: 778 },
    ],
    ['ipproto tcp match', { ipproto: 'tcp' }, { ipproto: 'tcp' }, { ipproto: 'udp' }],
    [`ipproto ${icmp} match`, { ipproto: icmp }, { ipproto: icmp }, { ipproto: 'udp' }],
  ];

  test.for(cases)(`rule${family} check: %s`, ([, match, flow, other], { lab, skip }) => {
    skip('uid' in flow && !isRootOfMachine(), ONLY_USER);
    const testns = build(lab, family);
    testns.rule.add({ family, ...match, table: TABLE });
    expect(testns.route.get(gateway, flow).table).toBe(TABLE);
    expect(testns.route.get(gateway, other).table).not.toBe(TABLE);
  });

  test.for(cases)(`rule${family} del by pref: %s`, ([, match, flow], { lab, skip }) => {
    skip('uid' in flow && !isRootOfMachine(), ONLY_USER);
    const testns = build(lab, family);
    testns.rule.add({ family, ...match, table: TABLE });
    const [rule] = testns.rule.list({ family }).filter(({ table }) => table === TABLE);
    testns.rule.delete({ family, priority: rule?.priority ?? 0 });
    expect(testns.rule.list({ family }).filter(({ table }) => table === TABLE)).toEqual([]);
    expect(testns.route.get(gateway, flow).table).not.toBe(TABLE);
  });

  test.for([1, 2, 3])(`rule${family} check: dsfield %d`, (tos, { lab }) => {
    const testns = build(lab, family);
    expect(() => testns.rule.add({ family, tos, table: TABLE })).toThrow('EINVAL');
    expect(testns.rule.list({ family }).filter(({ table }) => table === TABLE)).toEqual([]);
  });
});
