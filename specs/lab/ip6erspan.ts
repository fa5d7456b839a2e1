import { defineLink, netlink, setting } from 'hairpin';

/** What the kernel wants of each: GRE_SEQ and GRE_KEY (`ip6erspan_tap_validate`). */
const HEADER = 0x3000;

/** A kind that hairpin does not have: Ethernet frames, as a mirror sends them, in GRE over IPv6 (net/ipv6/ip6_gre.c). */
export const ip6erspan = defineLink('ip6erspan', {
  option: 'IPV6_GRE',
  dependsOn: ['NET_IPGRE_DEMUX'],
  module: 'ip6_gre',
  trial: { local: '2001:db8::1', remote: '2001:db8::2' },
  settings: {
    local: setting('IFLA_GRE_LOCAL', 6, netlink.ip6, { required: true }),
    remote: setting('IFLA_GRE_REMOTE', 7, netlink.ip6, { required: true, live: true }),
    hoplimit: setting('IFLA_GRE_TTL', 8, netlink.u8, { default: 64, live: true }),
    received: setting('IFLA_GRE_IFLAGS', 2, netlink.be16, { internal: true, word: false }),
    sent: setting('IFLA_GRE_OFLAGS', 3, netlink.be16, { internal: true, word: false }),
  },
  complete: (settings) => ({ ...settings, received: HEADER, sent: HEADER }),
  changesWhole: true,
  label: ({ remote }) => ['to', remote],
  causes: {
    add: ({ namespace, settings: { remote } }) => ({ EEXIST: `${namespace} has an ip6erspan to ${remote} already` }),
  },
});
