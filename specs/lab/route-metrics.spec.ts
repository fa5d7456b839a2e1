import { createLab, expect, type Namespace, test } from 'hairpin';
import { ipRules, read } from './referee.ts';
import { refused } from './refused.ts';

type Shown = Record<string, unknown>;

// a eth0 ── eth0 b
test('locked metrics, estimates, features and realms of a route are those of ip route', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const metrics = {
    mtu: 1400,
    hoplimit: 9,
    lock: ['mtu'],
    rtt: 100,
    rttvar: 30,
    features: ['ecn'],
    rtoMin: 50,
  } as const;
  const to = { via: '10.0.0.2', realms: '3/9', ...metrics };
  a.route.add({ to: '10.9.0.0/16', ...to });
  a.route.add({ to: '10.8.0.0/16', via: '10.0.0.2', realms: '7' });
  a.route.add({ to: 'fd09::/32', via: 'fd00::2', lock: ['hoplimit', 'initcwnd'], hoplimit: 9, initcwnd: 20 });
  // The JSON of ip does not say what is locked.
  const told = (await a.exec('ip', ['route', 'show', '10.9.0.0/16'])).stdout;
  for (const words of ['mtu lock 1400', 'hoplimit 9', 'rtt 100ms', 'rttvar 30ms', 'features ecn', 'realms 3/9'])
    expect(told).toContain(words);
  expect(told).toContain('rto_min lock 50ms');
  const told6 = (await a.exec('ip', ['-6', 'route', 'show', 'fd09::/32'])).stdout;
  for (const words of ['hoplimit lock 9', 'initcwnd lock 20']) expect(told6).toContain(words);
  expect((await a.exec('ip', ['route', 'show', '10.8.0.0/16'])).stdout).toContain('realm 7');
  expect(a.route.list()).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ to: '10.9.0.0/16', ...to }),
      expect.objectContaining({ to: '10.8.0.0/16', realms: '7', lock: undefined, features: undefined }),
    ]),
  );
  expect(a.route.list({ family: 6 })).toContainEqual(
    expect.objectContaining({ to: 'fd09::/32', lock: ['hoplimit', 'initcwnd'] }),
  );
  await expect(a).toHaveRoute({ to: '10.9.0.0/16', lock: ['mtu'], features: ['ecn'], realms: '3/9' });
  await expect(a).not.toHaveRoute({ to: '10.9.0.0/16', lock: ['hoplimit'] }, { hold: 0 });

  await using other = createLab();
  const copy = (await other.load({ text: lab.save() })).namespace('a');
  expect((await copy.exec('ip', ['route', 'show', '10.9.0.0/16'])).stdout).toBe(told);
});

// a eth0 ── eth0 b
test('rules for tunnels, groups of devices and realms are those of ip rule', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  a.rule.add({ priority: 5, tunId: 7, table: 100, proto: 'static' });
  a.rule.add({ priority: 6, table: 100, suppressIfgroup: 0, realms: '3/9' });
  a.rule.add({ priority: 7, family: 6, tunId: 4_294_967_295, table: 100, suppressIfgroup: 4 });
  expect(await ipRules(a)).toMatchObject([
    { priority: 5, tun_id: 7, table: '100', protocol: 'static' },
    { priority: 6, table: '100', suppress_ifgroup: 'default', flow_from: '3', flow_to: '9' },
  ]);
  expect(await ipRules(a, 6)).toMatchObject([{ priority: 7, tun_id: 4_294_967_295, suppress_ifgroup: '4' }]);
  const own = () => a.rule.list().filter(({ priority }) => [5, 6, 7].includes(priority));
  expect(own()).toMatchObject([
    { priority: 5, tunId: 7, suppressIfgroup: undefined, realms: undefined, proto: 'static' },
    { priority: 6, suppressIfgroup: 0, realms: '3/9', tunId: undefined, proto: 'unspec' },
    { priority: 7, family: 6, tunId: 4_294_967_295, suppressIfgroup: 4 },
  ]);
  await using other = createLab();
  const copy = (await other.load({ text: lab.save() })).namespace('a');
  expect([await ipRules(copy), await ipRules(copy, 6)]).toEqual([await ipRules(a), await ipRules(a, 6)]);
  a.rule.delete({ priority: 5, tunId: 7 });
  expect(own()).toMatchObject([{ priority: 6 }, { priority: 7 }]);
});

// a eth0 ── eth0 b
test('metrics that the kernel would make smaller are refused: the largest that it keeps is the limit', async ({
  lab,
}) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const more = ['mtu', '4294967295', 'advmss', '4294967295'];
  for (const [family, to] of [['-4', '10.9.0.0/16'] as const, ['-6', 'fd09::/32'] as const]) {
    await a.exec('ip', [family, 'route', 'add', to, 'dev', 'eth0', ...more]);
    const kept = { mtu: 65_520, advmss: 65_495 };
    expect(await read<Shown>(a, 'ip', ['-j', family, 'route', 'show', to])).toMatchObject([{ metrics: [kept] }]);
    const other = to.replace('9', '8');
    a.route.add({ to: other, dev: 'eth0', ...kept });
    expect(await read<Shown>(a, 'ip', ['-j', family, 'route', 'show', other])).toMatchObject([{ metrics: [kept] }]);
    for (const [name, most] of Object.entries(kept))
      expect(refused(() => a.route.add({ to: other, dev: 'eth0', [name]: most + 1 }))).toBe(
        `a.route.add: ${name} must be a whole number from 0 to ${most}: received ${most + 1}`,
      );
  }
  // A value that no route can have would make a negative pass for ever.
  await expect(expect(a).not.toHaveRoute({ to: '10.8.0.0/16', mtu: 70_000 }, { hold: 0 })).rejects.toThrow(
    'mtu must be a whole number from 0 to 65520: received 70000',
  );
});

test.for<[message: string, call: (a: Namespace) => void]>([
  [
    'a.route.add: realms belong to routes of IPv4 (rtm_to_fib6_config): received 3',
    (a) => a.route.add({ to: 'fd09::/32', dev: 'eth0', realms: '3' }),
  ],
  [
    "a.route.add: realms must be a realm from 1 to 65535, or two such as '1/2': received '3/70000'",
    (a) => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', realms: '3/70000' }),
  ],
  [
    "a.route.add: realms must be a realm from 1 to 65535, or two such as '1/2': received '0'",
    (a) => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', realms: '0' }),
  ],
  [
    'a.route.add: realms go with neither nextHops nor nhid (fib_create_info): received 3',
    (a) => a.route.add({ to: '10.9.0.0/16', nhid: 1, realms: '3' }),
  ],
  [
    "a.route.add: lock may name only metrics that the call gives: received ['mtu']",
    (a) => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', lock: ['mtu'] }),
  ],
  [
    "a.route.add: features must be a list of ecn, tcp_usec_ts: received ['sack']",
    (a) => a.route.add({ to: '10.9.0.0/16', dev: 'eth0', features: ['sack' as never] }),
  ],
  [
    'a.rule.add: realms belong to rules of IPv4 (fib6_rule_configure): received 3',
    (a) => a.rule.add({ family: 6, table: 7, realms: '3' }),
  ],
  // a eth0 ── eth0 b
])('%s', ([message, call], { lab }) => {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  expect(refused(() => call(a))).toBe(message);
});
