import type { CauseFacts } from '../../model/cause.ts';
import { unanswered } from './neighbour.ts';
import { ASKED, namespaceOf, ownName, type Said, type WordsOf } from './words.ts';

export const hostWords: WordsOf<'host' | 'group'> = {
  'host.rp-filter': {
    means:
      'The reverse path filter drops a packet because the answer would leave by another device, or has no route (RFC 3704, `__fib_validate_source`).',
    optional: {
      device: 'that the packet came in by',
      source: 'of the packet; missing if only the kernel names the filter',
      mode: '`rp_filter`: 1 strict, 2 loose',
      back: 'the route back leads by another device (`elsewhere`), or there is `none`; `unnumbered`: by another device, which counts in mode 2, too, because this one has no IPv4 address',
      asked: ASKED,
    },
    example: { namespace: 'r', device: 'r/eth0', source: '10.0.9.1', mode: 1, back: 'elsewhere' },
    say: reversePath,
  },
  'host.echo-ignored': {
    means: 'A sysctl keeps the host from answering echo requests (`icmp_echo`).',
    example: { namespace: 'b', sysctl: 'net.ipv4.icmp_echo_ignore_all' },
    say: ({ namespace, sysctl }) => ({
      text: `${namespace} answers no echo: ${sysctl} is 1`,
      hint: `${namespace}.sysctl.set('${sysctl}', 0)`,
    }),
  },
  'host.echo-limited': {
    means:
      'The host got the echo request and sent no reply: it limits its echo replies (`icmpv4_xrlim_allow`, `icmpv6_xrlim_allow`, `icmp_global_allow`).',
    facts: {
      sysctl:
        'the limit: `icmp_ratelimit` for each host (milliseconds between two messages), or `icmp_msgs_per_sec` for all hosts together',
      value: 'the value of `sysctl`',
      mask: 'the sysctl that says which ICMP messages are limited',
    },
    example: {
      namespace: 'b',
      sysctl: 'net.ipv4.icmp_ratelimit',
      value: '60000',
      mask: 'net.ipv4.icmp_ratemask',
    },
    say: ({ namespace, sysctl, value, mask }) => ({
      text: `${namespace} limits its echo replies: ${sysctl} is ${value}, and ${mask} includes them`,
      hint: `take echo replies out of ${mask} on ${namespace}, or ask with by: 'udp'`,
    }),
  },
  'host.not-taken': {
    means: 'The frame came to the device, but its own stack did not get it. The reason is unknown.',
    example: { device: 'b/eth0' },
    say: ({ device }) => ({ text: `${device} got it, and did not pass it to its own stack` }),
  },
  'group.not-joined': {
    means:
      'The receiver has not joined the multicast group of the packet (`ip_check_mc_rcu`, `ipv6_chk_mcast_addr`; for a macvlan the parent filters, `macvlan_broadcast`).',
    facts: { by: 'who drops the packet: the IP `stack` of the receiver, or the `parent` of the macvlan' },
    example: { device: 'b/eth0', group: '224.0.0.251', by: 'stack' },
    say: ({ device, group, by }) => ({
      text: `${device} has not joined ${group}: ${by === 'stack' ? 'its stack takes no packet for it' : 'its parent hands it no frame for it'}`,
      hint: `a program on ${namespaceOf(device)} has to join it (IP_ADD_MEMBERSHIP); hairpin joins it unless join: false`,
    }),
  },
};

function reversePath({ namespace, device, source, mode, back, asked }: CauseFacts['host.rp-filter']): Said {
  const name = device ? ownName(device) : 'all';
  if (source === undefined) {
    return {
      text: `refused by the reverse path filter of ${device ?? namespace}`,
      hint: `${namespace}.sysctl.set('net.ipv4.conf.${name}.rp_filter', 0), and 'all' as well`,
    };
  }
  const elsewhere = `the way back does not lead by ${name}`;
  const why = {
    elsewhere,
    unnumbered: `${elsewhere}, which has no IPv4 address`,
    none: 'there is no way back',
  }[back ?? 'none'];
  return {
    text: unanswered(asked, `${device} refuses packets from ${source}: rp_filter is ${mode}, and ${why}`),
    hint: `${namespace}.sysctl.set('net/ipv4/conf/${name}/rp_filter', 0), and 'all' as well`,
  };
}
