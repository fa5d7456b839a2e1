import type { CauseFacts } from '../../model/cause.ts';
import type { CodeWords, Said, WordsOf } from './words.ts';

const NFT_EXAMPLE = {
  namespace: 'b',
  family: 'inet',
  table: 'filter',
  chain: 'input',
  hook: 'input',
  isBase: true,
  handle: 3,
} as const;

const OF =
  'whose packet it was, if not the probe: its `answer`, the `solicitation` by ARP or ND for `address`, or the `outer packet` of a tunnel';
const BASE = '`true` for a base chain, which has the hook itself; `false` if another chain jumps to it';
const NFT_OPTIONAL = { device: 'of a chain at the hook ingress or egress', of: OF };
const RULE = 'in the words of `nft list chain`, if it could be read';

const LEGACY_EXAMPLE = { namespace: 'b', program: 'iptables-legacy', table: 'filter', chain: 'INPUT' } as const;

export const filterWords: WordsOf<'nft' | 'iptables' | 'filter' | 'fault'> = {
  'nft.drop': nftRule('dropped', 'dropped the packet', 'icmp type echo-request drop'),
  'nft.reject': nftRule('refused', 'refused the packet with an answer (`reject`)', 'tcp dport 80 reject'),
  'nft.stolen': nftRule(
    'taken',
    'took the packet: it was sent elsewhere, or answered (`fwd`, `synproxy`)',
    'fwd to "eth1"',
  ),
  'nft.queue': nftRule('handed to a program', 'handed the packet to a program (`queue`)', 'queue to 0'),
  'nft.policy': {
    means:
      'No rule of an nftables chain accepted the packet, and the policy of that chain is drop. The kernel says so itself (`NFT_MSG_TRACE`).',
    facts: {
      isBase: BASE,
      nearest: 'the rules that fail to accept it only because of one `field`, with the `value` in the packet',
    },
    optional: NFT_OPTIONAL,
    example: {
      ...NFT_EXAMPLE,
      nearest: [{ rule: 'tcp dport 433 accept', field: 'tcp dport', value: '443' }],
    },
    say: (facts) => {
      const { namespace, family, table, chain, nearest } = facts;
      const near = nearest.map(({ rule, field, value }) => `\n\`${rule}\` does not match: ${field} is ${value}`);
      return {
        text: `${nftPlace('dropped', facts)}: policy drop${near.join('')}`,
        hint: `a rule that accepts it, or on ${namespace}: nft chain ${family} ${table} ${chain} '{ policy accept; }'`,
      };
    },
  },
  'iptables.drop': legacyRule('dropped', 'dropped', '-A INPUT -p icmp -j DROP'),
  'iptables.reject': legacyRule('refused', 'refused', '-A INPUT -p tcp -j REJECT'),
  'iptables.policy': {
    means: 'No rule of a chain of iptables-legacy accepted the packet, and the policy of that chain is DROP.',
    optional: { of: OF },
    example: LEGACY_EXAMPLE,
    say: (facts) => {
      const { namespace, program, table, chain } = facts;
      return {
        text: `${legacyPlace('dropped', facts)}: policy DROP`,
        hint: `a rule that accepts it, or on ${namespace}: ${program} -t ${table} -P ${chain} ACCEPT`,
      };
    },
  },
  'fault.partition': {
    means: 'The spec split the network (`lab.partition`), and the packet came from another group of hosts.',
    facts: { namespace: 'the host that it came to', groups: 'the hosts of each group' },
    optional: { of: OF },
    example: { namespace: 'c', groups: [['a', 'b'], ['c']] },
    say: ({ namespace, groups, of }) => {
      const split = groups.map((group) => `[${group.join(', ')}]`).join(' | ');
      return {
        text: `${whose(of)}lost between the groups of lab.partition: ${split}`,
        hint: `${namespace} hears only its own group until the partition ends: heal(), or the end of its \`using\` scope`,
      };
    },
  },
  'filter.drop': {
    means:
      'The kernel says that a packet filter dropped the packet (`nf_hook_slow`), but no rule trace names it. It may be ebtables-legacy, BPF, or connection tracking itself.',
    example: { namespace: 'b' },
    say: ({ namespace }) => ({
      text: `dropped by a packet filter of ${namespace}`,
      hint: `no rule trace names the rule; on ${namespace}: nft list ruleset; iptables-legacy-save; ebtables-legacy -L`,
    }),
  },
};

function nftRule(verb: string, does: string, example: string): CodeWords<'nft.drop'> {
  return {
    means: `A rule of nftables, or of iptables-nft, ${does}. The kernel says so itself (\`NFT_MSG_TRACE\`).`,
    facts: { isBase: BASE },
    optional: { ...NFT_OPTIONAL, rule: RULE },
    example: { ...NFT_EXAMPLE, rule: example },
    say: (facts): Said => {
      const { namespace, family, table, chain, handle, rule } = facts;
      return {
        text: `${nftPlace(verb, facts)}${rule === undefined ? `: the rule with handle ${handle}` : `:\n${rule} # handle ${handle}`}`,
        hint: `on ${namespace}: nft delete rule ${family} ${table} ${chain} handle ${handle}`,
      };
    },
  };
}

function legacyRule(verb: string, does: string, example: string): CodeWords<'iptables.drop'> {
  return {
    means: `A rule of iptables-legacy ${does} the packet. It is the last rule that matched, by the kernel's trace (\`nf_log_trace\`).`,
    facts: { number: 'of the rule in its chain' },
    optional: { of: OF, rule: 'as an argument of the program, if it could be read' },
    example: { ...LEGACY_EXAMPLE, number: 1, rule: example },
    say: (facts): Said => {
      const { namespace, program, table, chain, number, rule } = facts;
      return {
        text: `${legacyPlace(verb, facts)}: rule ${number}${rule === undefined ? '' : `\n${rule}`}`,
        hint: `on ${namespace}: ${program} -t ${table} -D ${chain} ${number}`,
      };
    },
  };
}

type Whose = CauseFacts['iptables.policy']['of'];

function nftPlace(verb: string, facts: Omit<CauseFacts['nft.policy'], 'nearest'>): string {
  const { namespace, family, table, chain, hook, isBase, device, of } = facts;
  const place = `table ${family} ${table}, chain ${chain} (${isBase ? '' : 'of '}hook ${hook})${device ? ` of ${device}` : ''}`;
  return `${whose(of)}${verb} by the packet filter of ${namespace}, ${place}`;
}

function legacyPlace(verb: string, { namespace, program, table, chain, of }: CauseFacts['iptables.policy']): string {
  return `${whose(of)}${verb} by the packet filter of ${namespace}, ${program}, table ${table}, chain ${chain}`;
}

/** Whose packet it is, where it is not the frame of the path. */
function whose(of: Whose): string {
  if (!of) return '';
  if (of.is === 'outer packet') return 'the outer packet of the tunnel is ';
  return of.is === 'answer' ? 'its answer is ' : `the question for ${of.address}, by ${of.by}, is `;
}
