import { expect, type Namespace, test } from 'hairpin';
import { triedOptions } from '../../lib/lab/tables/refuse-ignored-route.ts';
import { read } from './referee.ts';
import { refused } from './refused.ts';

const routes = (namespace: Namespace, family: 4 | 6, to: string) =>
  read(namespace, 'ip', ['-j', '-d', `-${family}`, 'route', 'show', to]);

/** Has hairpin take this kernel for one that is built without an option: none at hand is. */
function without(option: string, onTestFinished: (end: () => void) => void): void {
  const before = triedOptions.get(option);
  onTestFinished(() => {
    if (before === undefined) triedOptions.delete(option);
    else triedOptions.set(option, before);
  });
  triedOptions.set(option, false);
}

// a eth0 ── eth0 b
test.for([
  ['IP_ROUTE_CLASSID', 4, '10.9.0.0/16', ['10.0.0.2', '10.0.0.3'], { realms: '3/9' }],
  ['IP_MULTIPLE_TABLES', 4, '10.9.0.0/16', ['10.0.0.2', '10.0.0.3'], { table: 100 }],
  ['IPV6_MULTIPLE_TABLES', 6, 'fd09::/32', ['fd00::2', 'fd00::3'], { table: 100 }],
] as const)(
  'without CONFIG_%s a route is refused, and the one that is there stays',
  async ([option, ...row], { lab, onTestFinished }) => {
    const [family, to, [via, other], ignored] = row;
    const a = lab.namespace('a');
    lab.cable(a, lab.namespace('b'));
    a.route.add({ to, via });
    const before = await routes(a, family, to);
    expect(before).toMatchObject([{ gateway: via }]);
    without(option, onTestFinished);
    const [name] = Object.keys(ignored);
    for (const verb of ['replace', 'add', 'delete'] as const)
      expect(() => a.route[verb]({ to, via: other, ...ignored })).toThrow(
        `this kernel ignores ${name}: it needs CONFIG_${option}`,
      );
    expect(await routes(a, family, to)).toEqual(before);
  },
);

// a
test('without CONFIG_IP_ROUTE_CLASSID a rule with realms is refused, and none is made', async ({
  lab,
  onTestFinished,
}) => {
  const a = lab.namespace('a');
  without('IP_ROUTE_CLASSID', onTestFinished);
  expect(() => a.rule.add({ priority: 6, table: 100, realms: '3/9' })).toThrow('this kernel ignores realms');
  expect(await read(a, 'ip', ['-j', 'rule', 'show', 'priority', '6'])).toEqual([]);
});

test.for<[message: string, call: (a: Namespace) => void]>([
  [
    'a.route.replace: pref belongs to routes of IPv6 (rtm_to_fib_config): received high',
    (a) => a.route.replace({ to: '10.9.0.0/16', via: '10.0.0.2', pref: 'high' }),
  ],
  [
    'a.route.add: from belongs to routes of IPv6 (rtm_to_fib_config): received 10.1.0.0/16',
    (a) => a.route.add({ to: '10.9.0.0/16', via: '10.0.0.2', from: '10.1.0.0/16' }),
  ],
  [
    'a.route.add: scope belongs to routes of IPv4 (rtm_to_fib6_config): received link',
    (a) => a.route.add({ to: 'fd09::/32', dev: 'eth0', scope: 'link' }),
  ],
  [
    'a.route.add: tos belongs to routes of IPv4 (rtm_to_fib6_config): received 8',
    (a) => a.route.add({ to: 'fd09::/32', dev: 'eth0', tos: 8 }),
  ],
  [
    'a.route.add: onlink belongs to the nexthop object 7: say it in nexthop.add',
    (a) => a.route.add({ to: '10.9.0.0/16', nhid: 7, onlink: true }),
  ],
  // a eth0 ── eth0 b
])('%s', ([message, call], { lab }) => {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  expect(refused(() => call(a))).toBe(message);
});
