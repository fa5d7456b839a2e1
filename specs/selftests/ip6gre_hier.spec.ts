import { testTunnels } from './gre-tunnels.ts';

// The network, and the tests, are those of gre-tunnels.ts.
testTunnels(
  { kind: 'ip6gre', model: 'hierarchical' },
  {
    reach: [
      ['GRE hierarchical IPv4-in-IPv6', 4],
      ['GRE hierarchical IPv6-in-IPv6', 6],
    ],
    mtu: 'ping GRE IPv6, packet size 1800 after MTU change',
  },
);
