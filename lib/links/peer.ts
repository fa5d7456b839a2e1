import type { Type } from '../netlink/codec/type.ts';
import { linkBody } from '../netlink/link.ts';
import { setting } from './setting.ts';

/** What a pair says of its other end: all that a link says of itself. Of one that is there the kernel says nothing. */
const peer: Type<unknown, Parameters<typeof linkBody.write>[1]> = {
  ...linkBody,
  words: (peer, names) => ['name', peer.name ?? '', ...linkBody.words(peer, names)],
};

/** The attribute of a kind of pairs that describes the other end of a new one. */
export function peerSetting(kernel: string) {
  return setting(kernel, 1, peer, { internal: true, word: 'peer' });
}
