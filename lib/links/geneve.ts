import { be16, ip4, ip6, range, u8, u32 } from '../netlink/scalars.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';

/** Ethernet frames in UDP to one remote end, with an id that both ends have (RFC 8926, drivers/net/geneve.c). */
export const geneve = describeLink('geneve', {
  option: 'GENEVE',
  trial: { id: 1, remote: '192.0.2.1' },
  settings: {
    /** The virtual network identifier, 0 to 2²⁴−1. */
    id: setting('IFLA_GENEVE_ID', 1, range(u32, 0, 2 ** 24 - 1), { required: true }),
    /** The other end's IPv4 address. */
    remote: setting('IFLA_GENEVE_REMOTE', 2, ip4, { live: true }),
    /** The other end's IPv6 address. */
    remote6: setting('IFLA_GENEVE_REMOTE6', 7, ip6, { word: 'remote', live: true }),
    /** Of the outer packets; 0 takes that of the inner ones' route. @default 0 */
    ttl: setting('IFLA_GENEVE_TTL', 3, u8, { kernelDefault: 0, live: true }),
    /** The UDP port at the other end, 1 to 65535. @default 6081 */
    dstport: setting('IFLA_GENEVE_PORT', 5, range(be16, 1, 65535), { kernelDefault: 6081 }),
  },
  // Both ends of one id in a lab are one segment, whatever is between them.
  tag: ({ id }) => ({ tag: `${id}`, suffix: `${id}` }),
  causes: {
    add: ({ namespace, name, settings: { id, remote, remote6 } }) => ({
      EEXIST:
        `${namespace} has a geneve device of id ${id} to ${remote ?? remote6} already (geneve_find_dev), or an interface ` +
        name,
      EINVAL: 'remote must be a unicast address (geneve_nl2info)',
    }),
  },
});
