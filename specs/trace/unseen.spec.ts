import { expect, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';

// a ── b, with packet filters in a, who asks
const filters: [rule: string, by: 'icmp' | 'tcp' | 'udp'][] = [
  ['ip f o { type filter hook output priority 0; tcp dport 80 drop; }', 'tcp'],
  ['ip f o { type filter hook output priority 0; tcp dport 80 reject with tcp reset; }', 'tcp'],
  ['ip f o { type filter hook output priority 0; udp dport 80 reject; }', 'udp'],
  ['arp f o { type filter hook output priority 0; drop; }', 'icmp'],
  ['netdev f o { type filter hook egress device "eth0" priority 0; drop; }', 'icmp'],
];

test.for(filters)('a probe that the source itself drops is inconclusive: %s', async ([rule, by], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const [family = '', table = '', chain = '', ...body] = rule.split(' ');
  await a.exec('nft', [
    `add table ${family} ${table}; add chain ${family} ${table} ${chain} ${hookOf(body)}; ${rulesOf(family, table, chain, body)}`,
  ]);
  const question = by === 'icmp' ? {} : { by, port: 80 };
  expect(await failureOf(expect(a).not.toReach(b, question))).toMatch(/Received: {2}inconclusive: nothing was sent: /);
  await expect(a).not.toReach(b, { ...question, because: 'unsent' });
});

/** `{ type … priority 0; }` of the short form above. */
function hookOf(body: readonly string[]): string {
  return `${body.join(' ').split(';')[0]}; }`;
}

function rulesOf(family: string, table: string, chain: string, body: readonly string[]): string {
  const [, ...rules] = body.join(' ').replace(/}$/, '').split(';');
  return rules
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '')
    .map((rule) => `add rule ${family} ${table} ${chain} ${rule}`)
    .join('; ');
}

// b drops what comes in: a's probe did leave, and the negative stands.
test('a probe that the target drops was sent', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await b.exec('nft', ['add table ip f; add chain ip f i { type filter hook input priority 0; policy drop; }']);
  await expect(a).not.toReach(b, { because: 'lost' });
});
