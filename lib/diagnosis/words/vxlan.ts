import type { WordsOf } from './words.ts';

export const vxlanWords: WordsOf<'vxlan'> = {
  'vxlan.no-remote': {
    means:
      'The vxlan has no other end for the frame: its forwarding database has no entry for the MAC address, and none for ' +
      '00:00:00:00:00:00, which stands for all others. `remote` and `group` make such an entry (`vxlan_xmit`).',
    facts: { mac: 'whom the frame is for' },
    example: { device: 'leaf1/vx', mac: '02:00:00:00:00:07' },
    say: ({ device, mac }) => ({
      text: `${device} has no other end for ${mac}: its forwarding database has no entry for that address, and none for all others`,
      hint: `set({ remote: … }) on ${device}; or fdb.append({ mac: '00:00:00:00:00:00', dst: … }) there`,
    }),
  },
};
