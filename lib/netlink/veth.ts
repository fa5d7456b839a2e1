import { linkBody } from './link.ts';
import { linkKind } from './link-kind.ts';
import { attribute } from './table.ts';

/** A veth says of its other end all that a link says of itself; of one that is there the kernel says nothing. */
export const vethKind = linkKind(['veth'], {
  peer: attribute('VETH_INFO_PEER', 1, {
    ...linkBody,
    words: (peer, names) => ['name', peer.name ?? '', ...linkBody.words(peer, names)],
  }),
});
