import { testTunnels } from './gre-tunnels.ts';

// The network, and the tests, are those of gre-tunnels.ts.
testTunnels(
  { kind: 'gre', model: 'hierarchical' },
  { reach: [['ping gre hierarchical', 4]], mtu: 'ping gre packet size 1800 after MTU change' },
);
