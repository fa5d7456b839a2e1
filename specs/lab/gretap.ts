import { defineLink, netlink, setting } from 'hairpin';

/** A kind that hairpin does not have: Ethernet frames in GRE (net/ipv4/ip_gre.c). */
export const gretap = defineLink('gretap', {
  option: 'NET_IPGRE',
  dependsOn: ['NET_IPGRE_DEMUX'],
  module: 'ip_gre',
  trial: { local: '192.0.2.1', remote: '192.0.2.2' },
  settings: {
    local: setting('IFLA_GRE_LOCAL', 6, netlink.ip4, { required: true }),
    remote: setting('IFLA_GRE_REMOTE', 7, netlink.ip4, { required: true, live: true }),
    ttl: setting('IFLA_GRE_TTL', 8, netlink.u8, { kernelDefault: 0, live: true }),
  },
  changesWhole: true,
  label: ({ remote }) => ['to', remote],
  causes: {
    add: ({ namespace, settings: { remote } }) => ({ EEXIST: `${namespace} has a gretap to ${remote} already` }),
  },
});
