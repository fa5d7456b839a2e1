import { namespaceOf, ownName, type WordsOf } from './words.ts';

export const vxlanWords: WordsOf<'vxlan'> = {
  'vxlan.proxy': {
    means:
      'A vxlan with `proxy` sends no ARP to its other ends, and no question by ND. It answers questions by the neighbour table of its ' +
      'namespace, and the table has no entry for the address (`arp_reduce`, `neigh_reduce`).',
    facts: { address: 'that the message is about', message: 'a `question` by ARP or ND, or an `answer` by ARP' },
    example: { device: 'leaf1/vx', address: '10.7.0.2', message: 'question' },
    say: ({ device, address, message }) =>
      message === 'question'
        ? {
            text: `${device} is a proxy: it sends no question on, and ${namespaceOf(device)} has no neighbour entry for ${address} at ${ownName(device)}`,
            hint: `${namespaceOf(device)}.neighbour.add({ to: '${address}', lladdr: …, dev: '${ownName(device)}' }), or make ${device} without proxy`,
          }
        : {
            text: `${device} is a proxy: it sends no ARP on, so the answer for ${address} is lost`,
            hint: `the host that asks needs a neighbour entry for ${address}; or make ${device} without proxy`,
          },
  },
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
  'vxlan.other-remote': {
    means:
      'The vxlan sends the frame to other hosts than the one behind which its destination is: its forwarding database has entries for the ' +
      'MAC address, or else for 00:00:00:00:00:00, and none of them leads there (`vxlan_find_mac`).',
    facts: {
      mac: 'whom the frame is for',
      by: 'the MAC address of the entries: `mac`, or 00:00:00:00:00:00',
      remotes: 'where these entries lead to',
      wanted: 'the vxlan by which the destination is reached',
    },
    example: {
      ...{ device: 'leaf1/vx', mac: 'ff:ff:ff:ff:ff:ff', by: '00:00:00:00:00:00' },
      ...{ remotes: ['192.0.2.3'], wanted: 'leaf2/vx' },
    },
    say: ({ device, mac, by, remotes, wanted }) => ({
      text: `${device} sends frames for ${mac} to ${remotes.join(' and ')} only, and the way leads by ${wanted}`,
      hint:
        by === mac
          ? `${device} has an fdb entry for ${mac}: fdb.delete({ mac: '${mac}', dst: '${remotes[0]}' }) there, and an entry with an address of ${namespaceOf(wanted)}`
          : `fdb.append({ mac: '${by}', dst: … }) on ${device}, with an address of ${namespaceOf(wanted)}`,
    }),
  },
};
