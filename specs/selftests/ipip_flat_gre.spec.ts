import { testTunnels } from './gre-tunnels.ts';

// The network, and the tests, are those of gre-tunnels.ts.
testTunnels(
  { kind: 'gre', model: 'flat' },
  { reach: [['ping gre flat', 4]], mtu: 'ping gre packet size 1800 after MTU change' },
);
