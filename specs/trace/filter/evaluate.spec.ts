import { expect, test } from 'hairpin';
import { type FilterRule, readRuleset } from '../../../lib/netlink/ruleset/read-ruleset.ts';
import { Capture } from '../../../lib/trace/capture.ts';
import { evaluate } from '../../../lib/trace/filter/evaluate.ts';
import { ruleText } from '../../../lib/trace/filter/rule-text.ts';
import { ipPacketOf } from '../../../lib/wire/ip-packet.ts';
import { addRules } from './add-rules.ts';

/** Of each, the kernel's own counter behind it is to say what the evaluation says. */
const TERMS = [
  'iif "eth0"',
  'iif "lo"',
  'iifname "eth0"',
  'iifname "eth*"',
  'iifname != "eth0"',
  'iiftype ether',
  'meta protocol ip',
  'meta protocol ip6',
  'meta nfproto ipv6',
  'meta l4proto tcp',
  'meta l4proto { icmp, udp }',
  'ip saddr 10.0.0.1',
  'ip saddr 10.0.0.0/24',
  'ip saddr 10.0.0.0/25',
  'ip saddr 10.0.0.128/25',
  'ip saddr != 10.0.0.0/8',
  'ip saddr { 10.0.0.0/29, 192.168.0.1, 192.168.1.5-192.168.1.9 }',
  'ip saddr { 9.0.0.0/8, 10.0.0.2-10.0.0.9 }',
  'ip saddr != { 10.0.0.1, 10.0.0.3 }',
  'ip saddr < 10.0.0.2',
  'ip saddr 10.0.0.1-10.0.0.3',
  'ip daddr @mine',
  'ip protocol udp',
  'ip dscp cs1',
  'ip ttl > 60',
  'ip6 saddr fd00::1',
  'icmp type echo-request',
  'icmp type { echo-reply, 8 }',
  'icmpv6 type echo-request',
  'tcp dport 80',
  'tcp dport 1-1023',
  'tcp dport != 80',
  'tcp flags syn / syn,ack',
  'tcp flags ack',
  'udp dport { 53, 79-81 }',
  'ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.9 . 22 }',
  'ip saddr . tcp dport { 10.0.0.1 . 22, 10.0.0.9 . 80 }',
  'th dport 80',
  'ether type ip',
  'ct state new',
  'ct state established,related',
  'ct state { new, untracked }',
  'meta length > 20',
];

// a ── b
test('what a rule makes of a probe is what the kernel makes of it', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { b: iif } = lab.cable(a, b);
  await b.exec('nft', ['add table inet t; add set inet t mine { type ipv4_addr; elements = { 10.0.0.2, 10.0.0.9 } }']);
  await addRules(
    b,
    'inet t c { type filter hook input priority 0; }',
    TERMS.map((term) => `${term} counter`),
  );
  const decided = { yes: 0, no: 0, perhaps: 0 };
  for (const by of ['icmp', 'tcp', 'udp'] as const) {
    for (const family of [4, 6] as const) {
      const since = Capture.of(lab).frames().length;
      const before = countsOf(readRuleset(b.handle)?.chains[0]?.rules);
      // One probe alone: whoever counts it counts one.
      await expect(a).toReach(b, { by, family, ...(by === 'icmp' ? {} : { port: 80 }) });
      const ruleset = readRuleset(b.handle);
      const rules = ruleset?.chains[0]?.rules ?? [];
      const after = countsOf(rules);
      const arrived = Capture.of(lab)
        .frames()
        .slice(since)
        .filter(({ at, direction, bytes }) => at === iif && direction === 'in' && isProbe(bytes));
      const [first] = arrived;
      if (!first || arrived.length !== 1) throw new Error(`${by} over IPv${family}: ${arrived.length} probes`);
      const packet = { bytes: first.bytes, unknown: [], iif, oif: undefined, state: 'new' as const };
      const sets = ruleset?.sets ?? [];
      const vocabulary = { family: 'inet' as const, sets, deviceName: () => undefined };
      for (const [at, rule] of rules.entries()) {
        const { matches } = evaluate(rule, packet, vocabulary);
        decided[matches]++;
        if (matches === 'perhaps') continue;
        const met = (after[at] ?? 0n) > (before[at] ?? 0n);
        // What else b is told in the meantime (ND, a TCP acknowledgement) moves some, but never what no probe can.
        const what = `${by} over IPv${family}: ${ruleText(rule, vocabulary)}`;
        if (matches === 'yes') expect(met, what).toBe(true);
        else if (isProbesAlone(rule)) expect(met, what).toBe(false);
      }
    }
  }
  // None but the packet's length is beyond it, in each of six probes.
  expect(decided.perhaps).toBe(6);
  expect(decided.yes).toBeGreaterThan(60);
});

function countsOf(rules: readonly FilterRule[] = []): bigint[] {
  return rules.map(({ expressions }) => expressions.find((each) => each.type === 'counter')?.packets ?? 0n);
}

/** An echo request, a datagram to port 80, a SYN. */
function isProbe(bytes: Buffer): boolean {
  const packet = ipPacketOf(bytes);
  if (!packet) return false;
  const { protocol, payload } = packet;
  if (protocol === 1 || protocol === 58) return payload[0] === 8 || payload[0] === 128;
  return payload.readUInt16BE(2) === 80 && (protocol !== 6 || payload[13] === 2);
}

/** A later segment of the connection, or ND, meets other terms than the probe. */
function isProbesAlone(rule: FilterRule): boolean {
  const text = ruleText(rule, { family: 'inet', sets: [], deviceName: () => undefined });
  return !/ct state|tcp flags|ip6|icmpv6|nfproto|l4proto|ttl/.test(text);
}
