import { describe, expect, type Lab, type Namespace, test } from 'hairpin';
import { findProgram } from '../../lib/kernel/programs/find-program.ts';
import { isLeftToChance, mayRemember } from '../../lib/trace/chance.ts';
import { isSteadyExpression, readsConnection } from '../../lib/trace/steady-expressions.ts';

/** What `nft` makes of a rule in `c`, of a set `s` with something more to it. */
async function addRule(lab: Lab, rule: string, ofSet = ''): Promise<boolean> {
  return isLeftToChance(await withRule(lab, rule, ofSet));
}

async function withRule(lab: Lab, rule: string, ofSet = ''): Promise<Namespace> {
  const a = lab.namespace('a');
  const sets = `set s { type ipv4_addr; ${ofSet} }; set d { type ipv4_addr; flags dynamic; };`;
  const objects = 'counter k { }; limit l { rate 1/second; }; quota q { over 1000 bytes; };';
  const chains = `chain o { }; chain c { type filter hook forward priority 0; ${rule}; };`;
  await a.exec('nft', [`table ip t { ${/@[sd]/.test(rule) ? sets : ''} ${objects} ${chains} }`]);
  return a;
}

describe('two packets that are alike fare alike', () => {
  test.for([
    'icmp type echo-request counter log drop',
    'tcp dport { 22, 80 } meta mark 5 ct state vmap { established : accept, new : jump o }',
    'ip saddr != 10.0.0.0/24 fib daddr type local reject',
    'iifname "eth0" ip ttl < 3 counter name k drop',
    'ip dscp cs1 ip length 100 drop',
    'meta l4proto tcp ct original proto-dst 80 drop',
    'ct helper "ftp" meta length 100 drop',
    // No source port of a probe is among these, or each is.
    'tcp dport 1-1023 drop',
    'udp dport >= 1024 drop',
    'tcp dport != 22-80 drop',
    'ip saddr . tcp dport { 10.0.0.1 . 22 } drop',
    'tcp option maxseg size < 1000 drop',
    'tcp option timestamp exists drop',
    'tcp option maxseg size set 1200',
    'icmp code 3 drop',
    'ip protocol icmp icmp code 3 drop',
    'ip ttl set 5',
    'ip saddr 10.0.0.0/24 ip daddr 10.0.1.0/24 drop',
    '@ll,0,48 1 drop',
    '@nh,64,8 1 drop',
  ])('%s', async (rule, { lab }) => {
    expect(await addRule(lab, rule)).toBe(false);
  });

  test('of a set whose elements count packets', async ({ lab }) => {
    const a = lab.namespace('a');
    await a.exec('nft', ['table ip t { set s { type ipv4_addr; counter; }; chain c { ip saddr @s drop; }; }']);
    expect(isLeftToChance(a)).toBe(false);
  });
});

describe('they may fare differently', () => {
  test.for([
    'numgen inc mod 3 != 2 drop',
    'numgen random mod 2 == 0 drop',
    'limit rate over 10/second drop',
    'quota over 1000 bytes drop',
    'ct count over 5 drop',
    'quota name "q" drop',
    'ct packets > 3 drop',
    'ct bytes > 300 drop',
    'ct avgpkt > 300 drop',
    'ct expiration < 10s drop',
    'ct id 5 drop',
    'meta l4proto tcp ct original proto-src < 30000 drop',
    'meta l4proto tcp ct reply proto-dst < 30000 drop',
    'meta cpu 0 drop',
    'meta random < 1000 drop',
    'meta time > "2020-01-01" drop',
    'meta day "Saturday" drop',
    'meta hour "03:00"-"04:00" drop',
    'jhash ip saddr . tcp sport mod 2 == 0 drop',
    'limit name "l" drop',
    'add @d { ip saddr } drop',
    'icmp id < 30000 drop',
    'tcp sport < 30000 drop',
    'th sport 30000-40000 drop',
    // An answer goes to the source port of its probe.
    'tcp dport 30000-40000 drop',
    'udp dport != 30000-40000 drop',
    'th dport < 40000 drop',
    'tcp dport { 22, 30000-40000 } drop',
    'ip saddr . udp dport { 10.0.0.1 . 30000-40000 } drop',
    'udp dport & 1 == 1 drop',
    'tcp ackseq < 2000000000 drop',
    'tcp sequence < 2000000000 drop',
    'ip id < 30000 drop',
    'udp checksum < 30000 drop',
    'ip checksum < 30000 drop',
    'tcp option timestamp tsval < 30000 drop',
    // Bytes without a name: of the source port, of the port that the answer goes to, of numbers, of the data.
    'meta l4proto tcp @th,8,8 & 1 == 1 drop',
    '@th,0,8 < 200 drop',
    '@th,24,8 < 128 drop',
    '@th,32,8 < 128 drop',
    '@th,224,32 < 30000 drop',
    'udp dport 53 @ih,0,8 < 128 drop',
    '@nh,40,8 < 128 drop',
    '@nh,88,8 < 128 drop',
    '@nh,160,16 < 30000 drop',
    '@ll,144,16 < 30000 drop',
  ])('%s', async (rule, { lab }) => {
    expect(await addRule(lab, rule)).toBe(true);
  });

  test('by what a tunnel carries, which nft matches from 1.0.7 on', () => {
    expect(isSteadyExpression({ name: 'inner', data: {} }, 0, [])).toBe(false);
  });

  test('by the flow label', async ({ lab }) => {
    const a = lab.namespace('a');
    await a.exec('nft', ['table ip6 t { chain c { ip6 flowlabel < 500000 drop; }; }']);
    expect(isLeftToChance(a)).toBe(true);
  });

  // nft takes translations in chains of type nat alone.
  test.for([
    ['dnat to 10.0.0.1:80-87 random', true],
    ['dnat to 10.0.0.1:80-87', false],
    ['dnat to 10.0.0.1-10.0.0.9 random', false],
    ['redirect to :80-87 fully-random', true],
    ['redirect to :80', false],
  ] as const)('by chance, tcp dport 80 %s: %s', async ([rule, expected], { lab }) => {
    const a = lab.namespace('a');
    const chain = `chain c { type nat hook prerouting priority 0; tcp dport 80 ${rule}; }`;
    await a.exec('nft', [`table ip t { ${chain}; }`]);
    expect(isLeftToChance(a)).toBe(expected);
  });

  test('of a set whose elements have a limit', async ({ lab }) => {
    expect(await addRule(lab, 'ip saddr @s drop', 'limit rate over 1/second;')).toBe(true);
  });
});

describe('a packet that was dropped may pass when it is repeated', () => {
  test.for([
    ['add @d { ip saddr } drop', true],
    ['limit rate over 10/second drop', true],
    ['quota over 1000 bytes drop', true],
    ['ct count over 5 drop', true],
    ['tcp option timestamp tsval < 30000 drop', true],
    ['tcp sport < 30000 drop', false],
    ['numgen random mod 2 == 0 drop', false],
    // The clock goes on.
    ['meta hour "03:00"-"04:00" drop', true],
    ['meta time > "2020-01-01" drop', true],
    ['ip ttl < 3 counter drop', false],
  ] as const)('%s: %s', async ([rule, expected], { lab }) => {
    expect(mayRemember(await withRule(lab, rule))).toBe(expected);
  });
});

describe('a later packet of the same connection may pass', () => {
  test.for([
    ['ct mark != 1 drop', true],
    ['ct reply packets < 2 drop', true],
    ['meta mark set ct mark', true],
    ['ct label != 5 drop', true],
    ['ct mark set 1', false],
    ['ct state new drop', false],
    ['tcp sport < 30000 drop', false],
  ] as const)('%s: %s', async ([rule, expected], { lab }) => {
    const a = await withRule(lab, rule);
    expect(mayRemember(a, true)).toBe(expected);
    expect(mayRemember(a)).toBe(false);
  });
});

// Not every kernel has flowtables: see nft_flow_offload_eval.
test('a later packet may take the short way of a flowtable, where no rule sees it', () => {
  expect(readsConnection({ name: 'flow_offload', data: {} })).toBe(true);
});

describe('iptables and ebtables', () => {
  test.for([
    ['iptables-legacy', '-p tcp --dport 80 -m conntrack --ctstate NEW -j ACCEPT', false],
    ['iptables-legacy', '-m statistic --mode random --probability 0.5 -j DROP', true],
    ['iptables-legacy', '-p icmp -m limit --limit 1/second -j ACCEPT', true],
    ['iptables-legacy', '-p udp --dport 53 -m multiport --dports 1,53 -j DROP', false],
    // Each probe has its own source port.
    ['iptables-legacy', '-p tcp --sport 32768:51588 -j DROP', true],
    ['ip6tables-legacy', '-p udp ! --sport 53 -j DROP', true],
    ['iptables-legacy', '-p tcp -m multiport --sports 1,53 -j DROP', true],
    ['iptables-legacy', '-p udp -m multiport --ports 1,53 -j DROP', true],
    ['iptables-legacy', '-p tcp -m conntrack --ctorigdstport 80 -j DROP', false],
    ['iptables-legacy', '-p tcp -m conntrack --ctorigsrcport 80 -j DROP', true],
    ['iptables-legacy', '-m u32 --u32 4&0xffff0000=0:0x7fff0000 -j DROP', true],
    ['iptables-legacy', '-m connmark --mark 1 -j DROP', true],
    ['iptables-nft', '-m connmark --mark 1 -j DROP', true],
    ['iptables-nft', '-p tcp -m multiport --sports 1,53 -j DROP', true],
    ['iptables-nft', '-p tcp -m multiport --dports 1,53 -j DROP', false],
    ['ebtables-nft', '-p IPv4 --ip-proto udp --ip-dport 53 -j DROP', false],
    ['ebtables-nft', '-p IPv4 --ip-proto udp --ip-sport 53 -j DROP', true],
    ['ebtables-nft', '-p IPv6 --ip6-proto udp --ip6-dport 53 -j DROP', false],
    ['ebtables-nft', '-p IPv6 --ip6-proto udp --ip6-sport 53 -j DROP', true],
    ['ebtables-nft', '-p ARP --arp-op Request -j DROP', false],
    ['ebtables-nft', '--limit 1/second -j ACCEPT', true],
    ['ip6tables-legacy', '-p ipv6-icmp -m hl --hl-lt 3 -j REJECT', false],
    ['ip6tables-legacy', '-m statistic --mode nth --every 3 --packet 0 -j DROP', true],
  ] as const)('%s %s', async ([program, rule, expected], { lab, skip }) => {
    if (!findProgram(program)) skip(`needs ${program}`);
    const a = lab.namespace('a');
    // Its lock is the machine's, which an ordinary user may not take.
    const env = { XTABLES_LOCKFILE: '/dev/null' };
    const { exitCode } = await a.exec(program, ['-A', 'FORWARD', ...rule.split(' ')], { reject: false, env });
    // PARAMETER_PROBLEM
    expect(exitCode).not.toBe(2);
    if (exitCode !== 0) skip('needs a kernel that has ip_tables, and the match');
    expect(isLeftToChance(a)).toBe(expected);
    expect(mayRemember(a)).toBe(rule.includes('limit'));
    expect(mayRemember(a, true)).toBe(rule.includes('limit') || rule.includes('connmark'));
  });
});
