import { describeLink } from './describe-link.ts';
import { peerSetting } from './peer.ts';

/** Two devices, one end of a cable each (drivers/net/veth.c). */
export const veth = describeLink('veth', {
  option: 'VETH',
  needed: true,
  // The processors' backlogs (veth_xmit, netif_rx).
  knownQueues: true,
  settings: { peer: peerSetting('VETH_INFO_PEER') },
});
