import { expect, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b
test('TCP: the answer to a SYN', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['tcp flags syn,ack / syn,ack drop']);
  expect(await explanationOf(expect(a).toReach(b, { by: 'tcp', within: 50 }))).toContain(
    'b/eth0 → r/eth1 ✗ dropped by the packet filter of r, table ip t, chain c (hook forward):\n',
  );
});

test('TCP: the reset of a closed port', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['tcp flags & rst == rst drop']);
  const question = { by: 'tcp', port: 80, listen: false, within: 50 } as const;
  expect(await explanationOf(expect(a).toReach(b, question))).toContain(
    'b/eth0 → r/eth1 ✗ dropped by the packet filter of r, table ip t, chain c (hook forward):\n',
  );
});

test("UDP: what a server answers is its own, and goes another port's way", async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const { createSocket } = await import('node:dgram');
  const server = b.run(() =>
    createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) }).bind(53, '0.0.0.0'),
  );
  server.on('message', (_, { port, address }) => server.send('no', port, address));
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['udp sport 53 drop']);
  const explanation = await explanationOf(expect(a).toReach(b, { by: 'udp', port: 53, within: 50 }));
  server.close();
  expect(explanation).toContain(
    'b/eth0 → r/eth1 ✗ dropped by the packet filter of r, table ip t, chain c (hook forward):\n',
  );
});

test.for([
  ['untracked', ['notrack'], 'ct state untracked drop'],
  ['invalid', [], 'ct state new drop'],
] as const)('the state of a connection: %s', async ([, before, rule], { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip raw c { type filter hook prerouting priority -300; }', before);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', [rule]);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain(
    `a/eth0 → r/eth0 ✗ dropped by the packet filter of r, table ip t, chain c (hook forward):\n                    ${rule} #`,
  );
});

// Only the kernel knows which of a set's elements are there at this moment.
test('a set that packets fill', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('nft', ['add table ip t; add set ip t seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }']);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', [
    'ip saddr @seen drop',
    'icmp type echo-request add @seen { ip saddr }',
  ]);
  await expect(a).toReach(b);
  expect(await explanationOf(expect(a).toReach(b, { within: 50 }))).toContain('ip saddr @seen drop #');
});

test('without taps, the rule is named all the same', async ({ lab: _ }) => {
  const { createLab } = await import('hairpin');
  await using lab = createLab({ taps: false });
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['icmp type echo-request drop']);
  expect(await failureOf(expect(a).toReach(b, { within: 50 }))).toContain(
    '\nWhy:       dropped by the packet filter of r, table ip t, chain c (hook forward):\n',
  );
});
