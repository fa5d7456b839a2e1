import { expect, test } from 'hairpin';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRules } from './add-rules.ts';

// a ── b, with packet filters in a, who asks
const cases: [what: string, chain: string, rule: string, by: 'icmp' | 'tcp' | 'udp', why: string][] = [
  [
    'output',
    'ip filter out { type filter hook output priority 0; }',
    'ip daddr 10.0.0.2 drop',
    'icmp',
    'dropped by the packet filter of a, table ip filter, chain out (hook output):\n           ip daddr 10.0.0.2 drop # handle 2',
  ],
  [
    'output, of TCP',
    'inet filter out { type filter hook output priority 0; }',
    'tcp dport 80 tcp flags syn / syn,ack drop',
    'tcp',
    'dropped by the packet filter of a, table inet filter, chain out (hook output):\n           tcp dport 80 tcp flags syn / syn,ack drop # handle 2',
  ],
  [
    'output, of UDP',
    'ip filter out { type filter hook output priority 0; }',
    'oifname "eth0" udp dport 80 counter drop',
    'udp',
    'dropped by the packet filter of a, table ip filter, chain out (hook output):\n           oifname "eth0" udp dport 80 counter packets N bytes N drop # handle 2',
  ],
  [
    'egress of a device',
    'netdev filter out { type filter hook egress device "eth0" priority 0; }',
    'drop',
    'icmp',
    'the question for 10.0.0.2, by ARP, is dropped by the packet filter of a, table netdev filter, chain out (hook egress) of a/eth0:\n           drop # handle 2',
  ],
  [
    'output, of ARP',
    'arp filter out { type filter hook output priority 0; }',
    'arp daddr ip 10.0.0.2 drop',
    'icmp',
    'the question for 10.0.0.2, by ARP, is dropped by the packet filter of a, table arp filter, chain out (hook output):\n           arp daddr ip 10.0.0.2 drop # handle 2',
  ],
];

test.for(cases)('%s', async ([, chain, rule, by, why], { lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  await addRules(a, chain, [rule]);
  const failure = await failureOf(expect(a).toReach(b, { by, within: 50, ...(by === 'icmp' ? {} : { port: 80 }) }));
  const [family, table, name] = chain.split(' ');
  // What the kernel says as root is another spec's.
  const words = failure.replaceAll(/(packets|bytes) \d+/g, '$1 N').replace(/^Kernel:.*\n/m, '');
  expect(words).toContain(`\nWhy:       ${why}\n\nHint: on a: nft delete rule ${family} ${table} ${name} handle 2`);
});
