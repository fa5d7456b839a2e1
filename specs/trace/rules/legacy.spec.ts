import { expect, type Namespace, test } from 'hairpin';
import type { TestContext } from 'vitest';
import { readSysctl } from '../../../lib/kernel/namespaces/sysctl.ts';
import { findProgram } from '../../../lib/kernel/programs/find-program.ts';
import { engineOf } from '../../../lib/lab/engines/engine.ts';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b

type Rules = (...args: string[]) => Promise<unknown>;

/** The older iptables in a namespace; skips where it, or the kernel's side of it, is missing. */
async function legacyIn(namespace: Namespace, skip: TestContext['skip'], program = 'iptables-legacy'): Promise<Rules> {
  if (!findProgram(program)) skip(`needs ${program}`);
  // Its lock is the machine's, which an ordinary user may not take.
  const env = { XTABLES_LOCKFILE: '/dev/null' };
  const { failed } = await namespace.exec(program, ['-S'], { reject: false, env });
  if (failed) skip('needs a kernel that has ip_tables');
  return (...args) => namespace.exec(program, args, { env });
}

test('a rule of a chain', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip);
  await iptables('-A', 'FORWARD', '-p', 'tcp', '--dport', '80', '-j', 'ACCEPT');
  await iptables('-A', 'FORWARD', '-p', 'icmp', '-m', 'ttl', '--ttl-gt', '3', '-j', 'DROP');
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(`
  a/eth0 → r/eth0 ✗ dropped by the packet filter of r, iptables-legacy, table filter, chain FORWARD: rule 2
                    -A FORWARD -p icmp -m ttl --ttl-gt 3 -j DROP
Hint: on r: iptables-legacy -t filter -D FORWARD 2`);
});

test('a rule of a chain that is jumped to', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip);
  await iptables('-N', 'strangers');
  await iptables('-A', 'FORWARD', '-s', '10.0.0.0/24', '-j', 'strangers');
  await iptables('-A', 'strangers', '-j', 'DROP');
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '✗ dropped by the packet filter of r, iptables-legacy, table filter, chain strangers: rule 1\n',
  );
});

test('the policy of a chain', async ({ lab, skip }) => {
  const { a, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(b, skip);
  await iptables('-A', 'INPUT', '-p', 'tcp', '-j', 'ACCEPT');
  await iptables('-P', 'INPUT', 'DROP');
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(`
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ dropped by the packet filter of b, iptables-legacy, table filter, chain INPUT: policy DROP
Hint: a rule that accepts it, or on b: iptables-legacy -t filter -P INPUT ACCEPT`);
});

test.for([
  ['raw', 'PREROUTING'],
  ['mangle', 'POSTROUTING'],
] as const)('table %s, chain %s', async ([table, chain], { lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip);
  await iptables('-t', table, '-A', chain, '-p', 'icmp', '-j', 'DROP');
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    `a/eth0 → r/eth0 ✗ dropped by the packet filter of r, iptables-legacy, table ${table}, chain ${chain}: rule 1\n`,
  );
});

test('the output of the source', async ({ lab, skip }) => {
  const { a, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(a, skip);
  await iptables('-A', 'OUTPUT', '-p', 'icmp', '-j', 'DROP');
  expect(await failureOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '\nWhy:       dropped by the packet filter of a, iptables-legacy, table filter, chain OUTPUT: rule 1\n',
  );
});

test('its answer', async ({ lab, skip }) => {
  const { a, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(b, skip);
  await iptables('-A', 'OUTPUT', '-p', 'icmp', '-j', 'DROP');
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '→ b/eth0 ✗ its answer is dropped by the packet filter of b, iptables-legacy, table filter, chain OUTPUT: rule 1\n',
  );
});

test('over IPv6', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip, 'ip6tables-legacy');
  await iptables('-A', 'FORWARD', '-p', 'icmpv6', '--icmpv6-type', 'echo-request', '-j', 'DROP');
  expect(await explanationOf(expect(a).toReach(b, { family: 6, within: 50 }))).toContain(
    '✗ dropped by the packet filter of r, ip6tables-legacy, table filter, chain FORWARD: rule 1\n',
  );
});

test('REJECT is no closed port', async ({ lab, skip }) => {
  const { a, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(b, skip);
  await iptables('-A', 'INPUT', '-p', 'tcp', '--dport', '8080', '-j', 'REJECT', '--reject-with', 'tcp-reset');
  const failure = await failureOf(expect(a).toReach(b, { by: 'tcp', port: 8080, within: 50 }));
  expect(failure).toContain('Received:  a refusal: TCP reset from 10.0.1.2 port 8080 (');
  expect(failure).toContain(
    '→ b/eth0 ✗ refused by the packet filter of b, iptables-legacy, table filter, chain INPUT: rule 1\n',
  );
  expect(failure).not.toContain('nothing listens');
});

test('a port that it translates', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip);
  await iptables(
    '-t',
    'nat',
    '-A',
    'PREROUTING',
    '-p',
    'tcp',
    '--dport',
    '8080',
    '-j',
    'DNAT',
    '--to',
    '10.0.1.2:9999',
  );
  const failure = await failureOf(expect(a).toReach(b, { by: 'tcp', port: 8080, within: 50 }));
  expect(failure).toMatch(
    /\nTranslated: {2}in r: 10\.0\.0\.1:(\d+) > 10\.0\.1\.2:8080 became 10\.0\.0\.1:\1 > 10\.0\.1\.2:9999\n +by iptables-legacy, table nat, chain PREROUTING: rule 1 -A PREROUTING -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10\.0\.1\.2:9999\n/,
  );
  expect(failure).toContain('Hint: nothing listens at tcp port 9999 in b');
});

test('where it comes before nftables, and where it comes behind', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip);
  await iptables('-A', 'FORWARD', '-p', 'icmp', '-j', 'DROP');
  const chain = 'ip t f { type filter hook forward priority 10; }';
  await addRules(r, chain, ['icmp type echo-request drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '✗ dropped by the packet filter of r, iptables-legacy, table filter, chain FORWARD: rule 1\n',
  );
  await addRules(r, chain.replace(' f ', ' g ').replace('10', '-10'), ['icmp type echo-request drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '✗ dropped by the packet filter of r, table ip t, chain g (hook forward):\n',
  );
});

test('a rule that only looks is not blamed', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip);
  await iptables('-A', 'FORWARD', '-p', 'icmp');
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('→ b/eth0 ✗ b answers no echo');
});

test('who logs packets afterwards is whoever did before', async ({ lab, skip }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const iptables = await legacyIn(r, skip);
  await iptables('-A', 'FORWARD', '-p', 'icmp', '-j', 'DROP');
  const loggers = () => [2, 10].map((family) => readSysctl(engineOf(r).netns, `net/netfilter/nf_log/${family}`));
  const before = loggers();
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('chain FORWARD: rule 1\n');
  expect(loggers()).toEqual(before);
});
