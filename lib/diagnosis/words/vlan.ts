import type { Tag } from '../../model/cause.ts';
import { namespaceOf, type WordsOf } from './words.ts';

export const vlanWords: WordsOf<'vlan' | 'tap'> = {
  'vlan.other-tag': {
    means: 'The frame has no tag, or a tag that is not the VLAN device’s (`vlan_do_receive`).',
    facts: { protocol: 'of the device', id: 'of the device', tag: 'of the frame; `null` if it has none' },
    example: { device: 'b/eth0.10', protocol: '802.1Q', id: 10, tag: { protocol: '802.1Q', id: 20 } },
    say: ({ device, tag, ...own }) => ({
      text: `the frame has ${tag ? `the tag ${tagWords(tag)}` : 'no tag'}; ${device} takes ${tagWords(own)}`,
      hint: `both ends of a VLAN need the same protocol and id, which cannot be changed: delete ${device} and add it again`,
    }),
  },
  'vlan.missing': {
    means:
      'The frame has a tag, and its receiver has no VLAN device for that tag. A stack takes only untagged frames (`__netif_receive_skb_core`).',
    facts: { tag: 'of the frame' },
    example: { device: 'b/eth0', tag: { protocol: '802.1Q', id: 20 } },
    say: ({ device, tag }) => ({
      text: `the frame has the tag ${tagWords(tag)}, and ${device} has no VLAN device for it: its own stack takes only untagged frames`,
      hint: `${namespaceOf(device)}.vlan({ parent: ${device}, ${tag.protocol === '802.1Q' ? '' : `protocol: '${tag.protocol}', `}id: ${tag.id} })`,
    }),
  },
  'tap.open': {
    means:
      'A program has the macvtap or ipvtap open as a character device. The program gets the frames, and the stack does not (`tap_handle_frame`).',
    example: { device: 'b/macvtap0' },
    say: ({ device }) => ({
      text: `${device} is open as a character device: its frames go there, and not to the stack of ${namespaceOf(device)}`,
      hint: `the program that reads the frames must answer, or close() the queue of ${device}`,
    }),
  },
};

function tagWords({ protocol, id }: Tag): string {
  return `${protocol} id ${id}`;
}
