import { expect, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b

const MASQUERADE = 'ip nat post { type nat hook postrouting priority 100; }';
const DESTINATION = 'ip nat pre { type nat hook prerouting priority -100; }';

test('masquerade, and the target drops it: the way goes on with other addresses', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, MASQUERADE, ['oifname "eth1" masquerade']);
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['ip saddr 10.0.1.1 drop']);
  const failure = await failureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain(`
Translated:  in r: 10.0.0.1 > 10.0.1.2 became 10.0.1.1 > 10.0.1.2
             by table ip nat, chain post (hook postrouting): oifname "eth1" masquerade # handle 2
`);
  expect(failure).toContain(`
  a/eth0 → r/eth0 → r/eth1 (as 10.0.1.1 > 10.0.1.2) → b/eth0 ✗ dropped by the packet filter of b, table ip t, chain c (hook input):
                                                               ip saddr 10.0.1.1 drop # handle 2
Hint: on b: nft delete rule ip t c handle 2`);
});

test.for(['icmp', 'tcp', 'udp'] as const)(
  '%s: its answer, which goes back to a translated address',
  async (by, { lab }) => {
    const { a, r, b } = addRoutedHosts(lab);
    await addRules(r, MASQUERADE, ['oifname "eth1" masquerade']);
    // Behind r the answer has a's address again.
    await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['ip daddr 10.0.0.1 drop']);
    const explanation = await explanationOf(expect(a).toReach(b, { by, within: 50 }));
    expect(explanation).toMatch(/^Path of its answer \(.* 10\.0\.1\.2\S* > 10\.0\.1\.1\S* .*\):$/m);
    expect(explanation).toContain(`
  b/eth0 → r/eth1 ✗ dropped by the packet filter of r, table ip t, chain c (hook forward):
                    ip daddr 10.0.0.1 drop # handle 2`);
  },
);

test('a port that is forwarded, and the server drops it', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, DESTINATION, ['tcp dport 8080 dnat to 10.0.1.2:80']);
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['tcp dport 80 drop']);
  const failure = await failureOf(expect(a).toReach(r, { by: 'tcp', port: 8080, within: 50 }));
  expect(failure).toMatch(
    /\nTranslated: {2}in r: 10\.0\.0\.1:(\d+) > 10\.0\.0\.2:8080 became 10\.0\.0\.1:\1 > 10\.0\.1\.2:80\n +by table ip nat, chain pre \(hook prerouting\): tcp dport 8080 dnat to 10\.0\.1\.2:80 # handle 2\n/,
  );
  expect(failure).toMatch(
    /\n {2}a\/eth0 → r\/eth0 → r\/eth1 \(as 10\.0\.0\.1:\d+ > 10\.0\.1\.2:80\) → b\/eth0 ✗ dropped by the packet filter of b, table ip t, chain c \(hook input\):\n/,
  );
});

test('rules see the first packet of a connection only, and are named for all', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, DESTINATION, ['udp dport 53 dnat to 10.0.1.2:54']);
  // Behind the confirmation of the connection, so that the next probe is of a known one.
  await addRules(r, 'netdev t c { type filter hook egress device "eth1" priority 0; }', ['udp dport 54 drop']);
  const failure = await failureOf(expect(a).toReach(b, { by: 'udp', port: 53, within: 50 }));
  expect(failure.match(/ became /g)).toHaveLength(1);
  expect(failure).toContain(
    'by table ip nat, chain pre (hook prerouting): udp dport 53 dnat to 10.0.1.2:54 # handle 2',
  );
});

test('its answer, which the server drops', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, DESTINATION, ['tcp dport 8080 dnat to 10.0.1.2:80']);
  await addRules(r, MASQUERADE, ['oifname "eth1" masquerade']);
  await addRules(b, 'ip t c { type filter hook output priority 0; }', ['tcp sport 80 drop']);
  const failure = await failureOf(expect(a).toReach(r, { by: 'tcp', port: 8080, within: 50 }));
  expect(failure).toContain(
    '→ b/eth0 ✗ its answer is dropped by the packet filter of b, table ip t, chain c (hook output):\n',
  );
});

test('a rule that asks for an address which is another by then is not named', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, DESTINATION, ['ip daddr 10.0.1.2 dnat to 10.0.1.9']);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['ip daddr 10.0.1.2 drop']);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'a/eth0 → r/eth0 ✗ r got it, and no host behind r has 10.0.1.9',
  );
});

test('an address that nobody has, and that a router translates', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, DESTINATION, ['ip daddr 10.9.9.9 dnat to 10.0.1.2']);
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['icmp type echo-request drop']);
  expect(await explanationOf(expect(a).toReach('10.9.9.9', { within: 50 }))).toContain(
    'r/eth1 (as 10.0.0.1 > 10.0.1.2) → b/eth0 ✗ dropped by the packet filter of b, table ip t, chain c (hook input):\n',
  );
});

test('an address that the source itself translates', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(a, 'ip nat out { type nat hook output priority -100; }', [
    'ip daddr 10.9.9.9 tcp dport 80 dnat to 10.0.1.2',
  ]);
  await expect(a)
    .toReach('10.9.9.9', { by: 'udp', port: 53, within: 50 })
    .then(
      () => expect.unreachable('nobody has that address'),
      () => {},
    );
  await addRules(b, 'ip t c { type filter hook input priority 0; }', ['tcp dport 80 drop']);
  expect(await explanationOf(expect(a).toReach('10.9.9.9', { by: 'tcp', port: 80, within: 50 }))).toContain(
    '→ b/eth0 ✗ dropped by the packet filter of b, table ip t, chain c (hook input):\n',
  );
});

// The cause is another than the rule, which does not even match.
test.for(['elsewhere', 'eth1'])('a masquerade at %s hides nothing', async (device, { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, MASQUERADE, [`oifname "${device}" masquerade`]);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    'a/eth0 → r/eth0 ✗ r does not forward IPv4: net.ipv4.ip_forward is 0',
  );
});

test('over IPv6', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, MASQUERADE.replace('ip ', 'ip6 '), ['oifname "eth1" masquerade']);
  await addRules(b, 'ip6 t c { type filter hook input priority 0; }', ['icmpv6 type echo-request drop']);
  const failure = await failureOf(expect(a).toReach(b, { family: 6, within: 50 }));
  expect(failure).toMatch(/\nTranslated: {2}in r: fd00::1 > fd00:0:0:1::2 became fd00:0:0:1::1 > fd00:0:0:1::2\n/);
  expect(failure).toContain('→ b/eth0 ✗ dropped by the packet filter of b, table ip6 t, chain c (hook input):\n');
});
