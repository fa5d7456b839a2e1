import { oneOf } from '../netlink/codec/one-of.ts';
import { be16, flag, range, u8, u32 } from '../netlink/codec/scalars.ts';
import { describeLink } from './describe-link.ts';
import { liveFrom, setting } from './setting.ts';
import { flowlabel, onOff, tos, ttlSetting, unicastSetting } from './tunnel-types.ts';

/** What iproute2 says without a word before it. */
const own = { word: '' } as const;

/** Ethernet frames in UDP to one remote end, with an id that both ends have (RFC 8926, drivers/net/geneve.c). */
export const geneve = describeLink('geneve', {
  option: 'GENEVE',
  outerHeader: 'geneve',
  trial: { id: 1, remote: '192.0.2.1' },
  settings: {
    /** The virtual network identifier, 0 to 2²⁴−1. One that is `external` has none of its own. */
    id: setting('IFLA_GENEVE_ID', 1, range(u32, 0, 2 ** 24 - 1), { required: true, unless: 'external' }),
    /** The other end's address. One that is `external` has none of its own. */
    remote: unicastSetting('IFLA_GENEVE_REMOTE', [2, 7], { required: true, unless: 'external', live: true }),
    /** Of the outer packets, 0 to 255, where 0 takes that of the route; `inherit`: that of the inner packet. @default 0 */
    // Other than vxlan's, its flag is a number (geneve_policy).
    ttl: ttlSetting('IFLA_GENEVE_TTL', [3, 12], (to) => u8.write(to, 1)),
    /** The type of service of the outer packets, 0 to 255; `inherit`: that of the inner packet. @default 0 */
    tos: setting('IFLA_GENEVE_TOS', 4, tos, liveFrom(0)),
    /** Whether outer IPv4 packets may not be fragmented; `inherit`: as the inner packet. @default 'unset' */
    df: setting('IFLA_GENEVE_DF', 13, oneOf(u8, 'GENEVE_DF_', { unset: 0, set: 1, inherit: 2 }), liveFrom('unset')),
    /** The flow label of outer packets, which are IPv6, 0 to 2²⁰−1. @default 0 */
    flowlabel: setting('IFLA_GENEVE_LABEL', 11, flowlabel, liveFrom(0)),
    /** The UDP port at the other end, 1 to 65535. @default 6081 */
    dstport: setting('IFLA_GENEVE_PORT', 5, range(be16, 1, 65535), { kernelDefault: 6081 }),
    /** A route (`encap ip`), `tc` or BPF says where each frame goes: one device for all identifiers. @default false */
    external: setting('IFLA_GENEVE_COLLECT_METADATA', 6, flag, { ifAbsent: false }),
    /** UDP checksums over IPv4. @default false */
    udpcsum: setting('IFLA_GENEVE_UDP_CSUM', 8, onOff('udpcsum'), own),
    /** Send no UDP checksums over IPv6. @default true */
    udp6zerocsumtx: setting('IFLA_GENEVE_UDP_ZERO_CSUM6_TX', 9, onOff('udp6zerocsumtx'), {
      ...own,
      kernelDefault: true,
    }),
    /** Accept IPv6 packets without UDP checksum. @default true */
    udp6zerocsumrx: setting('IFLA_GENEVE_UDP_ZERO_CSUM6_RX', 10, onOff('udp6zerocsumrx'), {
      ...own,
      kernelDefault: true,
    }),
    /** The outer header says what the inner packet is, which may be IP without Ethernet. @default false */
    innerprotoinherit: setting('IFLA_GENEVE_INNER_PROTO_INHERIT', 14, flag, { ifAbsent: false }),
  },
  withoutMac: ({ innerprotoinherit }) => innerprotoinherit,
  // Both ends of one id in a lab are one segment, whatever is between them.
  tag: ({ id }) => (id === undefined ? undefined : { tag: `${id}`, suffix: `${id}` }),
  label: ({ id, external }) => (external ? ['external'] : [id]),
  causes: {
    add: ({ namespace, name, settings: { id, remote } }) => ({
      EEXIST: `${namespace} has an interface ${name} already`,
      EBUSY: `${namespace} has a geneve device of id ${id} to ${remote} already (geneve_find_dev)`,
      EPERM: 'no other geneve device may use the dstport of an external one (geneve_configure)',
      EINVAL: 'external excludes id and all of the outer header, and flowlabel needs IPv6 (geneve_configure)',
    }),
    settings: { EOPNOTSUPP: 'checksums, the port and external cannot change (geneve_nl2info)' },
  },
});
