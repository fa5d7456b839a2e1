import { linkBody } from '../netlink/link.ts';
import { defineLink } from './define-link.ts';
import { setting } from './setting.ts';

/** Two devices, one end of a cable each (drivers/net/veth.c). */
export const veth = defineLink('veth', {
  option: 'VETH',
  needed: true,
  end: 'peer',
  settings: {
    // It says of its other end all that a link says of itself; of one that is there the kernel says nothing.
    peer: setting(
      'VETH_INFO_PEER',
      1,
      { ...linkBody, words: (peer, names) => ['name', peer.name ?? '', ...linkBody.words(peer, names)] },
      { internal: true },
    ),
  },
});
