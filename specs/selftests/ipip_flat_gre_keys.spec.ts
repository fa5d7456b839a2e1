import { testTunnels } from './gre-tunnels.ts';

// The network, and the tests, are those of gre-tunnels.ts.
testTunnels(
  { kind: 'gre', model: 'flat', keys: { ikey: 111, okey: 222 } },
  { reach: [['ping gre flat with ikey/okey', 4]], mtu: 'ping gre packet size 1800 after MTU change' },
);
