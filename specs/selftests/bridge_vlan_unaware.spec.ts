import { testBridge } from './bridge-traffic.ts';

// The network, and the tests, are those of bridge-traffic.ts.
testBridge({});
