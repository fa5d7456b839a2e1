import { namespaceOf, type WordsOf } from './words.ts';

export const hsrWords: WordsOf<'hsr'> = {
  'hsr.other-protocol': {
    means:
      'The two nodes have different protocols or versions, so one does not read the tags of the other: PRP and HSR, or version 0 of HSR at the ' +
      'node that sends and version 1 at the other (`hsr_handle_frame`, `hsr_fill_frame_info`).',
    facts: {
      device: 'the node that sends',
      sends: 'its protocol',
      other: 'the node that gets the frame',
      expects: 'its protocol',
    },
    example: { device: 'a/hsr0', sends: 'prp', other: 'b/hsr0', expects: 'hsr' },
    say: ({ device, sends, other, expects }) => ({
      text: `${device} sends by ${sends}, and ${other} expects ${expects}`,
      hint: 'make all nodes with the same proto and version',
    }),
  },
  'hsr.no-node': {
    means: 'A frame of HSR came to a host that has no HSR device on the port, so nothing takes off the tag.',
    facts: { device: 'the node that sends', port: 'the device that gets the frame' },
    example: { device: 'a/hsr0', port: 'b/eth0' },
    say: ({ device, port }) => ({
      text: `${device} sends frames with HSR tags to ${port}, and ${namespaceOf(port)} has no HSR device there`,
      hint: `make ${port} a slave of an HSR device, or connect ${namespaceOf(port)} by an interlink`,
    }),
  },
};
