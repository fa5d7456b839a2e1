import { testTunnels } from './gre-tunnels.ts';

// The network, and the tests, are those of gre-tunnels.ts.
testTunnels(
  { kind: 'ip6gre', model: 'flat', keys: { ikey: 233, okey: 233 } },
  {
    reach: [
      ['GRE flat IPv4-in-IPv6 with key', 4],
      ['GRE flat IPv6-in-IPv6 with key', 6],
    ],
    mtu: 'ping GRE IPv6, packet size 1800 after MTU change',
  },
);
