import { expect, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { needs } from '../../needs.ts';
import { explanationOf } from '../explanation-of.ts';

needs('iptables-nft');

// a ── b
test('a rule of iptables with a match of its own', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const iptables = (...args: string[]) => b.exec('iptables-nft', args);
  await iptables('-A', 'INPUT', '-s', '10.0.0.9', '-j', 'DROP');
  await iptables('-A', 'INPUT', '-p', 'icmp', '-m', 'ttl', '--ttl-gt', '200', '-j', 'DROP');
  await iptables('-A', 'INPUT', '-p', 'icmp', '-m', 'ttl', '--ttl-gt', '3', '-j', 'DROP');
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toMatch(
    /✗ dropped by the packet filter of b, table ip filter, chain INPUT \(hook input\):\n +\S.*ttl.* counter packets N bytes N drop # handle 4\nHint: on b: nft delete rule ip filter INPUT handle 4$/,
  );
});

// a ── b
test('REJECT of iptables', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await b.exec('iptables-nft', ['-A', 'INPUT', '-p', 'icmp', '-j', 'REJECT', '--reject-with', 'icmp-host-prohibited']);
  const failure = await failureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain('a refusal: ICMP host prohibited from 10.0.0.2');
  expect(failure).toContain('✗ refused by the packet filter of b, table ip filter, chain INPUT (hook input):');
});
