import { namespaceOf, type WordsOf } from './words.ts';

export const macvlanWords: WordsOf<'macvlan'> = {
  'macvlan.private': {
    means:
      'A macvlan in mode private sends no broadcast to its siblings, and hears none of theirs, reflected or not (`macvlan_broadcast`).',
    facts: { as: '`sender`: its broadcasts reach no sibling; `receiver`: it hears none of theirs' },
    example: { device: 'b/m0', as: 'receiver' },
    say: ({ device, as }) =>
      as === 'sender'
        ? {
            text: `${device} is in mode private: its broadcast comes back to itself alone`,
            hint: `set({ mode: 'vepa' }) or 'bridge' on ${device}`,
          }
        : {
            text: `${device} is private: it hears no broadcast of its siblings`,
            hint: `set({ mode: 'vepa' }) or 'bridge' on ${device}`,
          },
  },
  'macvlan.source-sender': {
    means: 'The broadcast of a macvlan in mode source comes back to that macvlan alone (`macvlan_handle_frame`).',
    example: { device: 'a/m0' },
    say: ({ device }) => ({
      text: `${device} is in mode source: its broadcast comes back to itself alone`,
      hint: `set({ mode: 'vepa' }) or 'bridge' on ${device}`,
    }),
  },
  'macvlan.not-listed': {
    means: 'A macvlan in mode source gets only frames from the MAC addresses on its list (`macvlan_forward_source`).',
    facts: { mac: 'the source of the frame' },
    example: { device: 'b/m0', mac: '02:00:00:00:00:01' },
    say: ({ device, mac }) => ({
      text: `${mac} is not on the list of ${device}, in mode source`,
      hint: `add it: macaddr.add('${mac}') on ${device}`,
    }),
  },
  'macvlan.other-mac': {
    means: "The frame is for a MAC address that none of the parent's macvlans has (`macvlan_hash_lookup`).",
    facts: { mac: 'of the device', parentMac: 'of the parent', destination: 'of the frame' },
    example: {
      device: 'b/m0',
      mac: '02:00:00:00:00:02',
      parent: 'host/up0',
      parentMac: '02:00:00:00:00:03',
      destination: '02:00:00:00:00:09',
    },
    say: ({ device, mac, parent, parentMac, destination }) => ({
      text: `the frame is for ${destination}; ${device} has ${mac}, ${parent} ${parentMac}`,
      hint: 'a permanent neighbour entry with an old MAC address?',
    }),
  },
  'macvlan.passthru': {
    means:
      'A macvlan in mode passthru gets every unicast that its parent receives, whatever its MAC address (`macvlan_handle_frame`): the host of the parent gets none.',
    example: { device: 'v/m0', parent: 'host/up0' },
    say: ({ device, parent }) => ({
      text: `${device} is in mode passthru, and gets every unicast that ${parent} receives: ${namespaceOf(parent)} gets none`,
      hint: `give the address of ${parent} to ${device}, or delete ${device}: a macvlan cannot leave mode passthru`,
    }),
  },
  'macvlan.nodst': {
    means:
      'A macvlan in mode source has the flag `nodst`: the parent does not get the frames that the macvlan hears (`macvlan_forward_source`).',
    example: { device: 'b/m0', parent: 'host/up0' },
    say: ({ device, parent }) => ({
      text: `${device} is in mode source with nodst: ${parent} does not get the frames that it hears`,
      hint: `set({ nodst: false }) on ${device}`,
    }),
  },
  'macvlan.no-queue': {
    means:
      'The parent’s queue for broadcasts to its macvlans has no room: `bcqueuelen` is 0 (`macvlan_broadcast_enqueue`).',
    example: { parent: 'host/up0' },
    say: ({ parent }) => ({
      text: `the macvlans on ${parent} hear no broadcast: bcqueuelen is 0`,
      hint: `set({ bcqueuelen: 1000 }) on a macvlan on ${parent}`,
    }),
  },
  'macvlan.parent': {
    means:
      "A macvlan and the host of its parent do not talk. What either sends leaves by the parent's wire (`macvlan_queue_xmit`), and comes back only if a switch reflects it.",
    example: { device: 'a/m0', parent: 'host/up0' },
    say: ({ device, parent }) => ({
      text: `${device} and its parent ${parent} do not talk to each other: what either sends leaves by the wire of ${parent}`,
      hint: `another macvlan on ${parent}, in mode bridge, for ${namespaceOf(parent)}; or a switch that reflects behind ${parent}`,
    }),
  },
  'macvlan.siblings': {
    means:
      'Two macvlans on one parent talk directly only if both are in mode bridge (`macvlan_queue_xmit`). Otherwise frames leave by the wire, and a switch there must reflect them.',
    example: { device: 'a/m0', sibling: 'b/m0', parent: 'host/up0' },
    say: ({ device, sibling, parent }) => ({
      text: `${device} and ${sibling} are not both in mode bridge: what one sends to the other leaves by the wire of ${parent}, and nothing there reflects it`,
      hint: `set({ mode: 'bridge' }) on both; in mode vepa a switch behind ${parent} must reflect`,
    }),
  },
};
