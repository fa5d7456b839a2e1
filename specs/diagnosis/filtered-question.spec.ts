import { expect, type Lab, test } from 'hairpin';
import { describeLoadingPrograms } from '../needs.ts';
import { addRoutedHosts } from '../routed-hosts.ts';
import { addRules } from '../trace/rules/add-rules.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 100 };

// a ── eth0 (r) eth1 ── b: a packet filter drops what r asks for, or what b answers
interface Case {
  family: 4 | 6;
  at: 'r' | 'b';
  chain: string;
  rule: string;
  /** What is lost: the question of r, or the answer of b; and where it was last seen. */
  lost: 'question' | 'answer';
  lastSeen: string;
  of?: object;
}

const CASES: Case[] = [
  {
    family: 4,
    at: 'b',
    chain: 'arp t c { type filter hook input priority 0; }',
    rule: 'arp operation request drop',
    lost: 'question',
    lastSeen: 'b/eth0',
  },
  {
    family: 6,
    at: 'b',
    chain: 'inet t c { type filter hook input priority 0; }',
    rule: 'icmpv6 type nd-neighbor-solicit drop',
    lost: 'question',
    lastSeen: 'b/eth0',
  },
  {
    family: 6,
    at: 'b',
    chain: 'ip6 t c { type filter hook output priority 0; }',
    rule: 'icmpv6 type nd-neighbor-advert drop',
    lost: 'question',
    lastSeen: 'b/eth0',
    of: { of: { is: 'answer' } },
  },
  {
    family: 6,
    at: 'r',
    chain: 'ip6 t c { type filter hook input priority 0; }',
    rule: 'icmpv6 type nd-neighbor-advert drop',
    lost: 'answer',
    lastSeen: 'r/eth1',
  },
  {
    family: 4,
    at: 'r',
    chain: 'arp t c { type filter hook input priority 0; }',
    rule: 'arp operation reply drop',
    lost: 'answer',
    lastSeen: 'r/eth1',
  },
];

test.for(CASES)('$rule at $at', async ({ family, at, chain, rule, lost, lastSeen, of }, { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await expect(a).toReach(b, { family });
  await addRules(at === 'r' ? r : b, chain, [rule]);
  r.neighbour.flush();
  expect(await diagnosed(expect(a).toReach(b, { ...SHORT, family }))).toMatchObject({
    code: lost === 'question' ? 'neighbour.unanswered' : 'neighbour.answer-lost',
    facts: {
      asked: { by: 'r' },
      lost: { lastSeen, cause: { code: 'nft.drop', facts: { namespace: at, rule, ...of } } },
    },
    lastSeen: 'r/eth0',
  });
});

test.for([
  [4, 'arp t c { type filter hook output priority 0; }', 'arp operation request drop', 'ARP'],
  [6, 'ip6 t c { type filter hook output priority 0; }', 'icmpv6 type nd-neighbor-solicit drop', 'ND'],
] as const)('a router whose own filter drops its question, over IPv%i', async ([family, chain, rule, by], { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, chain, [rule]);
  const address = b.interface().address.first(family)?.address;
  expect(await diagnosed(expect(a).toReach(b, { ...SHORT, family }))).toMatchObject({
    code: 'nft.drop',
    facts: { namespace: 'r', rule, of: { is: 'solicitation', address, by } },
    ...{ of: 'probe', lastSeen: 'r/eth0' },
  });
});

/** A queue that has room for no packet drops all of them. */
async function closeQueue(lab: Lab) {
  const hosts = addRoutedHosts(lab);
  await hosts.r.exec('tc', ['qdisc', 'add', 'dev', 'eth1', 'root', 'pfifo', 'limit', '0']);
  return hosts;
}

describeLoadingPrograms(() => {
  test('a router whose queue drops its question', async ({ lab }) => {
    const { a, b } = await closeQueue(lab);
    expect(await diagnosed(expect(a).toReach(b, { ...SHORT, family: 4 }))).toMatchObject({
      code: 'qdisc.drop',
      facts: { namespace: 'r', device: 'r/eth1' },
      lastSeen: 'r/eth0',
    });
  });
});
