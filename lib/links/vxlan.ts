import { be16, bool, ip4, ip6, range, u8, u32 } from '../netlink/scalars.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

/** Ethernet frames in UDP, to one remote end or to those that it has learnt (RFC 7348, drivers/net/vxlan). */
export const vxlan = describeLink('vxlan', {
  option: 'VXLAN',
  trial: { id: 1 },
  settings: {
    /** The VXLAN network identifier, 0 to 2²⁴−1. */
    id: setting('IFLA_VXLAN_ID', 1, range(u32, 0, 2 ** 24 - 1), { required: true }),
    /** The IPv4 address of the other end, or of the group, for whatever address it has not learnt. @default none */
    remote: setting('IFLA_VXLAN_GROUP', 2, ip4, { live: true }),
    remote6: setting('IFLA_VXLAN_GROUP6', 16, ip6, { word: 'remote', live: true }),
    /** The source address of the outer packets. @default the route's */
    local: setting('IFLA_VXLAN_LOCAL', 4, ip4, { live: true }),
    local6: setting('IFLA_VXLAN_LOCAL6', 17, ip6, { word: 'local', live: true }),
    /** Of the outer packets; 0 takes that of the route. @default 0 */
    ttl: setting('IFLA_VXLAN_TTL', 5, u8, { kernelDefault: 0, live: true }),
    /** Learn from which other end an address comes. @default true */
    macLearning: setting('IFLA_VXLAN_LEARNING', 7, bool(u8, ['nolearning', 'learning']), {
      word: '',
      kernelDefault: true,
      live: true,
    }),
    /** The UDP port at the other end, 1 to 65535. @default 4789, IANA's; the kernel's own is 8472 */
    dstport: setting('IFLA_VXLAN_PORT', 15, range(be16, 1, 65535), { default: 4789 }),
  },
  // Both ends of one id in a lab are one segment, whatever is between them.
  tag: ({ id }) => ({ tag: `${id}`, suffix: `${id}` }),
  label: ({ id }) => [id],
  causes: {
    add: ({ namespace, name, settings: { id } }) => ({
      EEXIST: `${namespace} has a vxlan device of id ${id} already (vxlan_find_vni), or an interface ${name}`,
      EINVAL: 'remote and local must be addresses of one version of IP (vxlan_config_validate)',
    }),
  },
});
