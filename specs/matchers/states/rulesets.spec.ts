import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Namespace, test } from 'hairpin';
import { withoutPrograms } from '../../needs.ts';
import { failureOf } from '../failure-of.ts';

const RULES = `table inet filter {
  counter echoes { }
  chain in {
    type filter hook input priority 0; policy accept;
    icmp type echo-request counter name echoes
    ip saddr 10.0.0.1 icmp type echo-request counter accept comment "from a"
    tcp dport 23 counter drop comment "telnet"
  }
}`;

const load = (namespace: Namespace, rules: string) => namespace.exec('nft', ['-f', '-'], { input: rules });

// a eth0 ── eth0 b, whose packet filter counts
test('counters are as nft has them, and are waited for', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await load(b, RULES);
  await expect(b).toHaveCounted({ counter: 'echoes', table: 'filter', family: 'inet', packets: 0 });
  const counted = expect(b).toHaveCounted({ comment: 'from a', packets: 3, bytes: 3 * 84 }, { within: 20_000 });
  await a.exec('ping', ['-c', '3', '-i', '0.01', '10.0.0.2']);
  await counted;
  await expect(b).toHaveCounted({ counter: 'echoes', packets: 3 });
  await expect(b).not.toHaveCounted({ comment: 'telnet', packets: expect.toSatisfy((count: number) => count > 0) });
  const failure = await failureOf(expect(b).toHaveCounted({ comment: 'from a', packets: 4 }, { within: 0 }));
  expect(failure).toContain(`The nearest counter:
- Expected
+ Received

  {
    "comment": "from a",
-   "packets": 4,
+   "packets": 3,
  }`);
  expect(await failureOf(expect(b).not.toHaveCounted({ count: 3 } as never))).toBe(
    "expect(b).not.toHaveCounted({ count: 3 }): a counter has no 'count'; it has counter, comment, family, table, chain, qdisc, dev, handle, filter, action, parent, pref, packets, bytes, drops",
  );
});

// a eth0 ── eth0 b
test('counters of queueing disciplines are as tc has them', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b);
  await a.exec('tc', 'qdisc add dev eth0 root handle 1: tbf rate 100mbit burst 10k latency 50ms'.split(' '));
  await expect(a).toHaveCounted({ qdisc: 'tbf', dev: eth0, handle: '1:', drops: 0 });
  await a.exec('ping', ['-c', '1', '10.0.0.2']);
  await expect(a).toHaveCounted({ qdisc: 'tbf', packets: expect.toSatisfy((count: number) => count > 0) });
  await expect(a).not.toHaveCounted({ qdisc: 'tbf', packets: 0 });
});

// a
test('a ruleset is the same whatever was counted, and another one is not', async ({ lab }) => {
  const a = lab.namespace('a');
  await load(a, RULES);
  await a.exec('ping', ['-c', '1', '127.0.0.1']);
  await expect(a).toMatchRuleset('rules');
  await a.exec('nft', ['flush', 'ruleset']);
  await load(a, RULES);
  await expect(a).toMatchRuleset('rules again');
  await a.exec('nft', ['flush', 'ruleset']);
  await load(a, RULES.replace('dport 23', 'dport 22'));
  await expect(a).toMatchRuleset('without telnet');
  const kept = await readFile(join(import.meta.dirname, '__snapshots__', 'rulesets.spec.ts.snap'), 'utf8');
  // In the order of their names.
  const [one, again, other] = [...kept.matchAll(/another one is not .*= `\n([^`]*)`;/g)].map(([, text]) => text);
  expect(one).toContain('comment "from a"');
  expect(again).toBe(one);
  expect(other).not.toBe(one);
  expect(one).not.toMatch(/packets|handle/);
});

// a
test('rules of the older iptables belong to a ruleset, and are counted', async ({ lab, skip }) => {
  const missing = withoutPrograms('iptables-legacy');
  if (missing) skip(missing);
  const a = lab.namespace('a');
  // Its lock is the machine's, which an ordinary user may not take.
  const env = { XTABLES_LOCKFILE: '/dev/null' };
  const { failed } = await a.exec('iptables-legacy', ['-S'], { reject: false, env });
  skip(failed, 'needs a kernel that has ip_tables');
  // The kernel has the table now, without a rule.
  await expect(a).toMatchRuleset('none');
  const rules = [
    ...['iptables-legacy -A INPUT -p tcp --dport 23 -m comment --comment "telnet, \\"old\\"" -j DROP'],
    ...['iptables-legacy -A INPUT -p icmp -m comment --comment echo', 'ip6tables-legacy -P FORWARD DROP'],
    'iptables-legacy -t mangle -A OUTPUT -j TTL --ttl-set 9',
  ];
  await a.exec('sh', ['-ec', rules.join('\n')], { env });
  await expect(a).toHaveCounted({ family: 'ip', table: 'filter', chain: 'INPUT', comment: 'echo', packets: 0 });
  await a.exec('ping', ['-c', '1', '127.0.0.1']);
  // The request and its answer.
  await expect(a).toHaveCounted({ comment: 'echo', packets: 2 });
  await expect(a).not.toHaveCounted({
    comment: 'telnet, "old"',
    packets: expect.toSatisfy((count: number) => count > 0),
  });
  await expect(a).toMatchRuleset('old');
  await load(a, RULES);
  await expect(a).toMatchRuleset('old and new');
});

// a
test('what has no ruleset to compare is refused', async ({ lab }) => {
  const a = lab.namespace('a');
  expect(await failureOf(expect(a).not.toMatchRuleset())).toBe(
    'expect(a).not.toMatchRuleset(): toMatchRuleset has no .not: a snapshot records the ruleset that is there',
  );
  expect(await failureOf(expect(a).toMatchRuleset({} as never))).toBe(
    'expect(a).toMatchRuleset({}): hint must be a text that names the snapshot: received {}',
  );
});
