import { testTunnels } from './gre-tunnels.ts';

// The network, and the tests, are those of gre-tunnels.ts.
testTunnels(
  { kind: 'gre', model: 'flat', keys: { ikey: 233, okey: 233 } },
  { reach: [['ping gre flat with key', 4]], mtu: 'ping gre packet size 1800 after MTU change' },
);
