import { expect, type Lab, test } from 'hairpin';
import { readRuleset } from '../../../lib/netlink/ruleset/read-ruleset.ts';
import { ruleText } from '../../../lib/trace/filter/rule-text.ts';

const RULES: Record<string, string[]> = {
  'ip t c': [
    'iif "lo" accept',
    'iifname "eth0" tcp dport 80 counter drop',
    'ip saddr 10.0.0.1 ip protocol icmp counter drop',
    'ip saddr 10.0.0.0/24 udp dport { 53, 67-68 } reject',
    'ip saddr 10.0.0.128/25 ip daddr 10.0.0.0/8 drop',
    'ip saddr { 10.0.0.0/24, 192.168.0.1, 192.168.1.5-192.168.1.9 } drop',
    'ct state established,related accept',
    'ct state new drop',
    'ct state vmap { new : drop, established : accept }',
    'icmp type echo-request limit rate 5/second accept',
    'icmp type { echo-reply, echo-request } icmp id 5 drop',
    'limit rate over 10/minute burst 7 packets drop',
    'log prefix "x " drop',
    'tcp flags syn / syn,ack drop',
    'tcp flags rst drop',
    'tcp sport 1024-65535 reject with tcp reset',
    'ip ttl < 5 drop',
    'meta mark 0x1 drop',
    'ip daddr != 10.0.0.2 drop',
    'ip saddr . tcp dport { 1.2.3.4 . 80, 1.2.3.4 . 22 } drop',
    'ip daddr @bad drop comment "keeps out"',
    'tcp dport vmap { 22 : accept, 80 : jump sub }',
    'meta l4proto { tcp, udp } drop',
    'meta l4proto udp th dport 53 drop',
    'reject with icmp host-prohibited',
    'reject',
    'jump sub',
    'notrack',
    'meta length > 20 drop',
    'meta length 100-200 drop',
    'meta mark 1-5 drop',
  ],
  'ip6 t c': [
    'ip6 saddr fd00::1 drop',
    'ip6 daddr fd00::/64 icmpv6 type { echo-request, nd-neighbor-solicit } drop',
    'ip6 nexthdr ipv6-icmp drop',
    'reject with icmpv6 admin-prohibited',
    'reject',
  ],
  'inet t c': [
    'ip saddr 1.2.3.4 drop',
    'ip6 saddr fd00::1 drop',
    'meta nfproto ipv4 drop',
    'tcp dport 22 accept',
    'icmp type echo-request drop',
    'icmpv6 type echo-request drop',
    'meta l4proto icmp drop',
    'ip saddr 10.0.0.1 tcp dport { 22, 80 } ct state new drop',
    'ether saddr 02:00:00:00:00:01 drop',
    'reject with icmpx admin-prohibited',
    'reject',
  ],
  'bridge t c': [
    'ether type arp drop',
    'ether saddr 02:00:00:00:00:01 ip saddr 1.2.3.4 drop',
    'arp operation request drop',
    'ip protocol icmp drop',
    'meta protocol ip drop',
    'iifname "p0" oifname "p1" drop',
  ],
  'arp t c': ['arp operation request drop', 'arp daddr ip 10.0.0.1 drop', 'counter drop'],
};

// a ── b
function build(lab: Lab) {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  return a;
}

test.for(Object.keys(RULES))('rules are written as nft writes them: %s', async (place, { lab }) => {
  const a = build(lab);
  const [family = '', table = '', chain = ''] = place.split(' ');
  const commands = [
    `add table ${family} ${table}`,
    `add chain ${place} { type filter hook input priority 0; }`,
    `add chain ${family} ${table} sub`,
    ...(family === 'ip' ? [`add set ip ${table} bad { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.9 } }`] : []),
    ...(RULES[place] ?? []).map((rule) => `add rule ${place} ${rule}`),
  ];
  await a.exec('nft', [commands.join('; ')]);
  const { stdout } = await a.exec('nft', ['-a', 'list', 'chain', family, table, chain]);
  const asNft = [...stdout.matchAll(/^\t\t(.*) # handle (\d+)$/gm)].map(([, text, handle]) => `${handle}: ${text}`);

  const ruleset = readRuleset(a.handle);
  const ours = ruleset?.chains.find(({ name }) => name === chain);
  const vocabulary = {
    family: ours?.family ?? 'ip',
    sets: ruleset?.sets ?? [],
    deviceName: (index: number) => (index === 1 ? 'lo' : undefined),
  };
  expect(ours?.rules.map((rule) => `${rule.handle}: ${ruleText(rule, vocabulary)}`)).toEqual(asNft);
  expect(asNft).toHaveLength(RULES[place]?.length ?? 0);
});
