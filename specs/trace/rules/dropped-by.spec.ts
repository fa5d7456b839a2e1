import { expect, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b

const PROBE = 'Path of the last probe (ICMP echo request 10.0.0.1 > 10.0.1.2 id N seq N):';

test('input, with a counter: only the rule that the probe met is named', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'ip filter in { type filter hook input priority 0; }', [
    'ip saddr 10.0.0.9 counter drop',
    'tcp dport 80 drop',
    'icmp type echo-request counter drop',
    'counter drop',
  ]);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(`${PROBE}
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ dropped by the packet filter of b, table ip filter, chain in (hook input):
                                      icmp type echo-request counter packets N bytes N drop # handle 4
Hint: on b: nft delete rule ip filter in handle 4`);
});

test('forward, on a router, in a chain that is jumped to', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'inet filter pass { type filter hook forward priority 0; }', [
    'ct state established,related accept',
    'iifname "eth0" oifname "eth1" jump strangers',
  ]);
  await r.exec('nft', ['add rule inet filter strangers ip saddr 10.0.0.0/24 tcp dport { 22, 80 } ct state new drop']);
  await expect(a).toReach(b);
  const failure = await failureOf(expect(a).toReach(b, { by: 'tcp', port: 80, within: 50 }));
  expect(failure).toContain(`
  a/eth0 → r/eth0 ✗ dropped by the packet filter of r, table inet filter, chain strangers (of hook forward):
                    ip saddr 10.0.0.0/24 tcp dport { 22, 80 } ct state new drop # handle 6
Hint: on r: nft delete rule inet filter strangers handle 6`);
});

test('the policy of a chain', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip filter pass { type filter hook forward priority 0; policy drop; }', ['tcp dport 80 accept']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(`${PROBE}
  a/eth0 → r/eth0 ✗ dropped by the packet filter of r, table ip filter, chain pass (hook forward): policy drop
Hint: a rule that accepts it, or on r: nft chain ip filter pass '{ policy accept; }'`);
});

test('the ingress of a device', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'netdev filter in { type filter hook ingress device "eth0" priority 0; }', [
    'ip daddr 10.0.1.2 counter drop',
  ]);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(`${PROBE}
  a/eth0 → r/eth0 ✗ dropped by the packet filter of r, table netdev filter, chain in (hook ingress) of r/eth0:
                    ip daddr 10.0.1.2 counter packets N bytes N drop # handle 2
Hint: on r: nft delete rule netdev filter in handle 2`);
});

test("the target's own output takes its answer", async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'ip filter out { type filter hook output priority 0; }', [
    'ip protocol tcp drop',
    'icmp type echo-reply counter drop',
  ]);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(`${PROBE}
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ its answer is dropped by the packet filter of b, table ip filter, chain out (hook output):
                                      icmp type echo-reply counter packets N bytes N drop # handle 3
Hint: on b: nft delete rule ip filter out handle 3`);
});

test("the asker's own input takes the answer", async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(a, 'ip filter in { type filter hook input priority 0; }', ['ct state established drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(`${PROBE}
  a/eth0 → r/eth0 → r/eth1 → b/eth0

Path of its answer (ICMP echo reply 10.0.1.2 > 10.0.0.1 id N seq N):
  b/eth0 → r/eth1 → r/eth0 → a/eth0 ✗ dropped by the packet filter of a, table ip filter, chain in (hook input):
                                      ct state established drop # handle 2
Hint: on a: nft delete rule ip filter in handle 2`);
});

test('a router takes the answer', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip filter pass { type filter hook forward priority 0; }', ['ip saddr 10.0.1.2 drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(`
  b/eth0 → r/eth1 ✗ dropped by the packet filter of r, table ip filter, chain pass (hook forward):
                    ip saddr 10.0.1.2 drop # handle 2`);
});

test('ARP: the question that the probe waited for', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'arp filter in { type filter hook input priority 0; }', ['arp operation request counter drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(
    `Path of the last probe (ARP who-has 10.0.0.2 tell 10.0.0.1):
  a/eth0 → r/eth0 ✗ dropped by the packet filter of r, table arp filter, chain in (hook input):
                    arp operation request counter packets N bytes N drop # handle 2
Hint: on r: nft delete rule arp filter in handle 2`,
  );
});

test('ARP: the answer to it, which is then not said never to have come', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(a, 'arp filter in { type filter hook input priority 0; }', ['arp operation reply drop']);
  const failure = await failureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toMatch(/^Received: {2}none \(\d+ probes?\)$/m);
  expect(failure).toContain(`
Path of its answer (ARP reply 10.0.0.2 is-at 02:00:00:00:00:65):
  r/eth0 → a/eth0 ✗ dropped by the packet filter of a, table arp filter, chain in (hook input):
                    arp operation reply drop # handle 2`);
});

test('IPv6', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'inet filter in { type filter hook input priority 0; }', [
    'ip saddr 10.0.0.1 drop',
    'icmpv6 type echo-request drop',
  ]);
  expect(await explanationOf(expect(a).toReach(b, { family: 6, within: 50 }))).toContain(
    `✗ dropped by the packet filter of b, table inet filter, chain in (hook input):
                                      icmpv6 type echo-request drop # handle 3`,
  );
});

test('a set, and a verdict map', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await b.exec('nft', [
    'add table ip filter; add set ip filter bad { type ipv4_addr; flags interval; elements = { 10.0.0.0/25, 10.9.0.0/16 } }',
  ]);
  await addRules(b, 'ip filter in { type filter hook input priority 0; }', [
    'tcp dport vmap { 22 : accept, 80 : drop }',
    'ip saddr @bad icmp type echo-request drop comment "keeps out"',
  ]);
  const path = (by: 'tcp' | 'icmp', port?: number) =>
    failureOf(expect(a).toReach(b, { by, within: 50, ...(port ? { port } : {}) }));
  expect(await path('icmp')).toContain(
    '\n                                      ip saddr @bad icmp type echo-request drop comment "keeps out" # handle ',
  );
  expect(await path('tcp', 80)).toContain('tcp dport vmap { 22 : accept, 80 : drop } # handle ');
  await expect(a).toReach(b, { by: 'tcp', port: 22 });
});

test('a rule whose terms only the kernel can check', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'ip filter in { type filter hook input priority 0; }', [
    // No probe is heavy enough.
    'meta length > 10000 counter drop',
    'meta mark set 7',
    'fib saddr . iif oif exists meta mark 7 meta length > 20 counter drop',
  ]);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toBe(`${PROBE}
  a/eth0 → r/eth0 → r/eth1 → b/eth0 ✗ dropped by the packet filter of b, table ip filter, chain in (hook input):
                                      fib saddr . iif oif exists meta mark 0x00000007 meta length > 20 counter packets N bytes N drop # handle 4
Hint: on b: nft delete rule ip filter in handle 4`);
});

test('a limit that is used up', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'ip filter in { type filter hook input priority 0; }', [
    'icmp type echo-request limit rate 1/day burst 1 packets accept',
    'icmp type echo-request drop',
  ]);
  await expect(a).toReach(b);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '✗ dropped by the packet filter of b, table ip filter, chain in (hook input):\n' +
      '                                      icmp type echo-request drop # handle 3',
  );
});

test('a rule that does not match is not blamed', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'ip filter in { type filter hook input priority 0; }', [
    'ip saddr 10.0.0.9 drop',
    'tcp dport 80 drop',
    'iifname "eth7" drop',
    'icmp type echo-reply drop',
  ]);
  b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
  const failure = await explanationOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).not.toContain('packet filter');
  expect(failure).toContain('✗ b answers no echo');
});
