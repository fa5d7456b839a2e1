import { namespaceOf, ownName, type WordsOf } from './words.ts';

export const mrouteWords: WordsOf<'mroute'> = {
  'mroute.none': {
    means:
      'A router has no multicast route for the sender and the group of the packet, or is no multicast router at all (`ipmr_cache_unresolved`). The routes of `ip route` do not forward to groups.',
    facts: { device: 'that the packet came in by' },
    optional: { wanted: 'the device that leads to the receiver' },
    example: { device: 'r/eth0', group: '239.1.1.1', source: '10.0.0.1', wanted: 'r/eth1' },
    say: ({ device, group, source, wanted }) => ({
      text: `${namespaceOf(device)} has no multicast route for ${group} from ${source}`,
      hint: `${namespaceOf(device)}.mroute.add({ group: '${group}', source: '${source}', in: '${ownName(device)}', out: [${wanted ? `'${ownName(wanted)}'` : '…'}] })`,
    }),
  },
  'mroute.wrong-in': {
    means:
      'The multicast route of the packet wants another interface for packets to come in by (`ip_mr_forward` counts them as `wrong_if`; a route for any source it does not even find, `mr_mfc_find_any`).',
    facts: { device: 'that the packet came in by' },
    optional: {
      source: 'of the multicast route; missing if the route is for any source',
      wanted: 'the interface of the route; missing if the route has none',
    },
    example: { device: 'r/eth0', group: '239.1.1.1', source: '10.0.0.1', wanted: 'r/eth2' },
    say: ({ device, group, source, wanted }) => ({
      text: `${namespaceOf(device)} takes packets for ${group}${from(source)} only by ${wanted ? ownName(wanted) : 'another interface'}, and this one came by ${ownName(device)}`,
      hint: `${namespaceOf(device)}.mroute.replace({ group: '${group}',${key(source)} in: '${ownName(device)}', out: … })`,
    }),
  },
  'mroute.not-out': {
    means:
      'The multicast route of the packet does not have the interface that leads to the receiver among its outputs.',
    facts: { device: 'that leads to the receiver' },
    optional: { source: 'of the multicast route; missing if the route is for any source' },
    example: { device: 'r/eth1', group: '239.1.1.1', source: '10.0.0.1' },
    say: ({ device, group, source }) => ({
      text: `${ownName(device)} is not among the outputs of the multicast route of ${namespaceOf(device)} for ${group}${from(source)}`,
      hint: `${namespaceOf(device)}.mroute.replace({ group: '${group}',${key(source)} in: …, out: [… , '${ownName(device)}'] })`,
    }),
  },
  'mroute.ttl': {
    means:
      'The TTL or hop limit of the packet is not greater than the threshold of the output of the multicast route (`ip_mr_forward`, `ip6_mr_forward`).',
    facts: { device: 'the output', ttl: 'of the packet', threshold: 'of the output' },
    example: { device: 'r/eth1', group: '239.1.1.1', ttl: 1, threshold: 1 },
    say: ({ device, group, ttl, threshold }) => ({
      text: `the packet has TTL ${ttl}, and for ${group} ${device} lets only greater ones than ${threshold} out`,
      hint: 'send with a greater TTL (IP_MULTICAST_TTL is 1 by default), such as frame: { ip: { ttl: 64 } }',
    }),
  },
};

function from(source: string | undefined): string {
  return source === undefined ? '' : ` from ${source}`;
}

function key(source: string | undefined): string {
  return source === undefined ? '' : ` source: '${source}',`;
}
