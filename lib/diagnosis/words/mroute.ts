import { namespaceOf, ownName, type WordsOf } from './words.ts';

export const mrouteWords: WordsOf<'mroute'> = {
  'mroute.none': {
    means:
      'A router has no multicast route for the sender and the group of the packet, or it is not a multicast router at all (`ipmr_cache_unresolved`). Routes of `ip route` do not forward packets to groups.',
    facts: { device: 'the device that the packet came in by' },
    optional: { wanted: 'the device that leads to the receiver' },
    example: { device: 'r/eth0', group: '239.1.1.1', source: '10.0.0.1', wanted: 'r/eth1' },
    say: ({ device, group, source, wanted }) => ({
      text: `${namespaceOf(device)} has no multicast route for ${group} from ${source}`,
      hint: `${namespaceOf(device)}.mroute.add({ group: '${group}', source: '${source}', in: '${ownName(device)}', out: [${wanted ? `'${ownName(wanted)}'` : '…'}] })`,
    }),
  },
  'mroute.wrong-in': {
    means:
      'The multicast route takes only packets that come in by another interface (`ip_mr_forward` counts this one as `wrong_if`; `mr_mfc_find_any` does not even find a route for any source).',
    facts: { device: 'the device that the packet came in by' },
    optional: {
      source: 'the source of the multicast route; missing if the route is for any source',
      wanted: 'the interface that the route takes packets from; missing if the route has none',
    },
    example: { device: 'r/eth0', group: '239.1.1.1', source: '10.0.0.1', wanted: 'r/eth2' },
    say: ({ device, group, source, wanted }) => ({
      text: `the multicast route of ${namespaceOf(device)} for ${group}${from(source)} takes only what comes in by ${wanted ? ownName(wanted) : 'another interface'}, and the packet came in by ${ownName(device)}`,
      hint: `${namespaceOf(device)}.mroute.replace({ group: '${group}',${key(source)} in: '${ownName(device)}', out: … })`,
    }),
  },
  'mroute.not-out': {
    means: 'The interface that leads to the receiver is not an output of the multicast route.',
    facts: { device: 'the device that leads to the receiver' },
    optional: { source: 'the source of the multicast route; missing if the route is for any source' },
    example: { device: 'r/eth1', group: '239.1.1.1', source: '10.0.0.1' },
    say: ({ device, group, source }) => ({
      text: `the multicast route of ${namespaceOf(device)} for ${group}${from(source)} has no output ${ownName(device)}`,
      hint: `${namespaceOf(device)}.mroute.replace({ group: '${group}',${key(source)} in: …, out: [… , '${ownName(device)}'] })`,
    }),
  },
  'mroute.ttl': {
    means:
      'The multicast route has a TTL threshold for the output. The TTL or hop limit of the packet is not greater (`ip_mr_forward`, `ip6_mr_forward`).',
    facts: { device: 'the output', ttl: 'the TTL of the packet', threshold: 'the threshold of the output' },
    example: { device: 'r/eth1', group: '239.1.1.1', ttl: 1, threshold: 1 },
    say: ({ device, group, ttl, threshold }) => ({
      text: `the packet has TTL ${ttl}, and ${device} sends packets for ${group} only if their TTL is greater than ${threshold}`,
      hint: `send with a greater TTL (IP_MULTICAST_TTL is 1 by default), such as frame: { ip: { ttl: ${threshold < 64 ? 64 : 255} } }`,
    }),
  },
};

function from(source: string | undefined): string {
  return source === undefined ? '' : ` from ${source}`;
}

function key(source: string | undefined): string {
  return source === undefined ? '' : ` source: '${source}',`;
}
