import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { explanationOf } from '../explanation-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b, where r drops what no rule accepts

const FORWARD = 'inet t c { type filter hook forward priority 0; policy drop; }';
const ASKED = { by: 'tcp', port: 443, within: 50 } as const;

/** What stands below the policy. */
async function nearOf(assertion: PromiseLike<unknown>): Promise<string[]> {
  const lines = (await explanationOf(assertion)).split('\n');
  const policy = lines.findIndex((line) => line.endsWith('table inet t, chain c (hook forward): policy drop'));
  expect(policy).toBeGreaterThan(0);
  return lines.slice(policy + 1).flatMap((line) => /^ +(`.*)$/.exec(line)?.[1] ?? []);
}

test.for([
  ['tcp dport 433 accept', 'tcp dport is 443'],
  ['tcp dport { 22, 80, 433 } accept', 'tcp dport is 443'],
  ['iifname "eth0" oifname "eth1" ip saddr 10.0.0.0/24 tcp dport 433-442 accept', 'tcp dport is 443'],
  ['ip saddr 10.0.9.0/24 tcp dport 443 accept', 'ip saddr is 10.0.0.1'],
  ['iifname "eth1" tcp dport 443 accept', 'iifname is eth0'],
  ['ip daddr != 10.0.1.2 tcp dport 443 accept', 'ip daddr is 10.0.1.2'],
  ['meta l4proto { icmp, udp } th dport 443 accept', 'l4proto is tcp'],
  ['ip ttl 255 tcp dport 443 accept', 'ip ttl is 63'],
] as const)('%s', async ([rule, is], { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, FORWARD, ['icmp type echo-request accept', rule]);
  await expect(a)
    .toReach(b)
    .catch(() => {});
  expect(await nearOf(expect(a).toReach(b, ASKED))).toEqual([`\`${rule}\` does not match: ${is}`]);
});

test.for([
  // Two terms differ.
  'ip saddr 10.0.9.0/24 tcp dport 433 accept',
  // Nobody but the kernel can tell.
  'tcp dport 433 ct state new accept',
  'tcp dport 433 limit rate 5/second accept',
  'ip saddr @somebody tcp dport 443 accept',
  // Of another protocol, and with another verdict.
  'udp dport 443 accept',
  'tcp dport 433 drop',
  'tcp dport 433 jump strangers',
])('not %s', async (rule, { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('nft', ['add table inet t; add set inet t somebody { type ipv4_addr; }']);
  await addRules(r, FORWARD, [rule]);
  expect(await nearOf(expect(a).toReach(b, ASKED))).toEqual([]);
});
