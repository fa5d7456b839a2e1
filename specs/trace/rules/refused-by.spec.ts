import { expect, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b
test('with an ICMP error, by a router', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip filter pass { type filter hook forward priority 0; }', ['reject with icmp host-prohibited']);
  const failure = await failureOf(expect(a).toReach(b, { within: 50 }));
  expect(failure).toContain('Received:  a refusal: ICMP host prohibited from 10.0.0.2 (');
  expect(failure).toContain(`
  a/eth0 → r/eth0 ✗ refused by the packet filter of r, table ip filter, chain pass (hook forward):
                    reject with icmp host-prohibited # handle 2
Hint: on r: nft delete rule ip filter pass handle 2`);
});

test('with a TCP reset, by the target: it is not the port that is closed', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'inet filter in { type filter hook input priority 0; }', ['tcp dport 80 reject with tcp reset']);
  const failure = await failureOf(expect(a).toReach(b, { by: 'tcp', port: 80, within: 50 }));
  expect(failure).toContain('Received:  a refusal: TCP reset from 10.0.1.2 port 80 (');
  expect(failure).toContain(`b/eth0 ✗ refused by the packet filter of b, table inet filter, chain in (hook input):
                                      tcp dport 80 reject with tcp reset # handle 2`);
});

test('a port that is closed is no work of a rule', async ({ lab }) => {
  const { a, b } = addRoutedHosts(lab);
  await addRules(b, 'inet filter in { type filter hook input priority 0; }', ['tcp dport 81 reject with tcp reset']);
  const failure = await failureOf(expect(a).toReach(b, { by: 'tcp', port: 80, listen: false, within: 50 }));
  expect(failure).toContain('Received:  a refusal: TCP reset from 10.0.1.2 port 80 (');
  expect(failure).not.toContain('packet filter');
});
