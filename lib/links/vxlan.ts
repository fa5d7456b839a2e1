import { oneOf } from '../netlink/codec/one-of.ts';
import { be16, digits, flag, linkedDevice, range, u8, u32 } from '../netlink/codec/scalars.ts';
import { type Fixed, fixed } from '../netlink/codec/type.ts';
import { describeLink } from './describe-link.ts';
import { liveFrom, setting } from './setting.ts';
import { flowlabel, groupSetting, onOff, tos, ttlSetting, unicastSetting } from './tunnel-types.ts';

type PortRange = readonly [lowest: number, highest: number];

/** `struct ifla_vxlan_port_range`; zeroes stand for the kernel's own choice. */
const portRange: Fixed<PortRange | undefined, PortRange> = fixed<PortRange | undefined, PortRange>(
  4,
  (bytes, at) => {
    const [lowest, highest] = [be16.readAt(bytes, at), be16.readAt(bytes, at + 2)];
    return lowest === 0 && highest === 0 ? undefined : [lowest, highest];
  },
  (bytes, at, [lowest, highest]) => {
    be16.writeAt(bytes, at, lowest);
    be16.writeAt(bytes, at + 2, highest);
  },
  {
    rule: 'the lowest and the highest port, such as [40000, 50000]',
    schema: { type: 'array', items: { type: 'integer', minimum: 1, maximum: 65535 }, minItems: 2, maxItems: 2 },
    accept: asPortRange,
    words: (ports) => (ports ?? []).map(String),
  },
);

const labelPolicy = oneOf(u32, 'VXLAN_LABEL_', { fixed: 0, inherit: 1 });

/** What iproute2 says without a word before it. */
const own = { word: '' } as const;

/** Ethernet frames in UDP, to one remote end or to those that it has learnt (RFC 7348, drivers/net/vxlan). */
export const vxlan = describeLink('vxlan', {
  option: 'VXLAN',
  outerHeader: 'vxlan',
  trial: { id: 1 },
  keepsFdb: true,
  // vxlan_fdb_create, for the default remote
  farEnd: ({ remote, group }) => remote ?? group,
  settings: {
    /** The VXLAN network identifier, 0 to 2²⁴−1. One that is `external` has none of its own. */
    id: setting('IFLA_VXLAN_ID', 1, range(u32, 0, 2 ** 24 - 1), { required: true, unless: 'external' }),
    /** The other end, for whatever address it has not learnt: an entry of `fdb` for 00:00:00:00:00:00. @default none */
    remote: unicastSetting('IFLA_VXLAN_GROUP', [2, 16], { live: true }),
    /** In place of `remote`, the multicast group that all ends join. It needs {@link dev}. @default none */
    group: groupSetting('IFLA_VXLAN_GROUP', [2, 16], { live: true }),
    /** The source address of the outer packets. @default the route's */
    local: unicastSetting('IFLA_VXLAN_LOCAL', [4, 17], { live: true }),
    /** The device that the outer packets leave by. It goes with that device. @default the route's */
    dev: setting('IFLA_VXLAN_LINK', 3, linkedDevice, { live: true }),
    /** Of the outer packets, 0 to 255, where 0 takes that of the route; `inherit`: that of the inner packet. @default 0 */
    ttl: ttlSetting('IFLA_VXLAN_TTL', [5, 28]),
    /** The type of service of the outer packets, 0 to 255; `inherit`: that of the inner packet. @default 0 */
    tos: setting('IFLA_VXLAN_TOS', 6, tos, liveFrom(0)),
    /** Whether outer IPv4 packets may not be fragmented; `inherit`: as the inner packet. @default 'unset' */
    df: setting('IFLA_VXLAN_DF', 29, oneOf(u8, 'VXLAN_DF_', { unset: 0, set: 1, inherit: 2 }), liveFrom('unset')),
    /** The flow label of outer packets, which are IPv6, 0 to 2²⁰−1. @default 0 */
    flowlabel: setting('IFLA_VXLAN_LABEL', 26, flowlabel, liveFrom(0)),
    /** Where the flow label comes from: `flowlabel`, or the inner IPv6 packet (Linux 6.7; iproute2 has no word for it). @default 'fixed' */
    labelPolicy: setting('IFLA_VXLAN_LABEL_POLICY', 32, labelPolicy, {
      ...{ word: false, ...liveFrom('fixed'), since: '6.7', newWord: true },
    }),
    /** The UDP port at the other end, 1 to 65535. @default 4789, IANA's; the kernel's own is 8472 */
    dstport: setting('IFLA_VXLAN_PORT', 15, range(be16, 1, 65535), { default: 4789 }),
    /** The lowest and the highest UDP port to send from. @default `net.ipv4.ip_local_port_range` */
    srcport: setting('IFLA_VXLAN_PORT_RANGE', 10, portRange),
    /** Learn from which other end an address comes. @default true; false where `external` is */
    macLearning: setting('IFLA_VXLAN_LEARNING', 7, onOff('learning'), { ...own, ...liveFrom(true) }),
    /** Seconds until a learnt address is forgotten, 1 to 2³²−1. @default 300 */
    ageing: setting('IFLA_VXLAN_AGEING', 8, range(u32, 1, 2 ** 32 - 1), liveFrom(300)),
    /** How many addresses it keeps, 1 to 2³²−1; 0 for any number. @default 0 */
    maxaddress: setting('IFLA_VXLAN_LIMIT', 9, u32, { kernelDefault: 0 }),
    /** Answer ARP and ND for the neighbours that the namespace knows on it (`arp_reduce`). @default false */
    proxy: setting('IFLA_VXLAN_PROXY', 11, onOff('proxy'), own),
    /** Route short circuit: a packet for a router goes to its next hop at once (`route_shortcircuit`). @default false */
    rsc: setting('IFLA_VXLAN_RSC', 12, onOff('rsc'), own),
    /** Tell programs of MAC addresses that it does not know (netlink). @default false */
    l2miss: setting('IFLA_VXLAN_L2MISS', 13, onOff('l2miss'), own),
    /** Tell programs of IP addresses that it does not know (netlink). @default false */
    l3miss: setting('IFLA_VXLAN_L3MISS', 14, onOff('l3miss'), own),
    /** UDP checksums over IPv4. @default true */
    udpcsum: setting('IFLA_VXLAN_UDP_CSUM', 18, onOff('udpcsum'), { ...own, kernelDefault: true }),
    /** Send no UDP checksums over IPv6. @default false */
    udp6zerocsumtx: setting('IFLA_VXLAN_UDP_ZERO_CSUM6_TX', 19, onOff('udp6zerocsumtx'), own),
    /** Accept IPv6 packets without UDP checksum. @default false */
    udp6zerocsumrx: setting('IFLA_VXLAN_UDP_ZERO_CSUM6_RX', 20, onOff('udp6zerocsumrx'), own),
    /** Remote checksum offload: leave inner checksums to the other end. @default false */
    remcsumtx: setting('IFLA_VXLAN_REMCSUM_TX', 21, onOff('remcsumtx'), own),
    /** Fill in the checksums that the other end left. @default false */
    remcsumrx: setting('IFLA_VXLAN_REMCSUM_RX', 22, onOff('remcsumrx'), own),
    /** A frame for an address of this namespace goes to the vxlan device there without UDP (Linux 6.5). @default true */
    localbypass: setting('IFLA_VXLAN_LOCALBYPASS', 31, onOff('localbypass'), {
      ...{ ...own, ...liveFrom(true), since: '6.5', newWord: true },
    }),
    /** A route (`encap ip`), `tc` or BPF says where each frame goes: one device for all identifiers. @default false */
    external: setting('IFLA_VXLAN_COLLECT_METADATA', 25, onOff('external'), own),
    /** It takes only the identifiers of `ns.vni` (Linux 5.18). @default false */
    vnifilter: setting('IFLA_VXLAN_VNIFILTER', 30, onOff('vnifilter'), { ...own, ifAbsent: false, since: '5.18' }),
    /** Group policy: carry the packet's mark along (draft-smith-vxlan-group-policy). @default false */
    gbp: setting('IFLA_VXLAN_GBP', 23, flag, { ifAbsent: false }),
    /** Generic protocol extension: packets in place of frames. It needs {@link external}. @default false */
    gpe: setting('IFLA_VXLAN_GPE', 27, flag, { ifAbsent: false }),
    /**
     * The bits of a received VXLAN header that must be zero: 16 hexadecimal digits for its 8 bytes. Bits that the device uses, such as
     * the VNI, cannot be among them (Linux 6.14). @default all bits that no setting uses
     */
    reservedBits: setting(
      'IFLA_VXLAN_RESERVED_BITS',
      33,
      { ...digits('f7ffffff000000ff'), words: (bits) => [`0x${bits}`] },
      {
        ...{ since: '6.14', newWord: true },
      },
    ),
    // No mcroute (Linux 6.17): the kernel does not tell whether a device has it (vxlan_fill_info), so no script could say it.
  },
  // As iproute2 has it: what comes with metadata is not learnt from.
  complete: (settings) => (settings.external ? { macLearning: false, ...settings } : settings),
  withoutMac: ({ gpe }) => gpe,
  // Both ends of one id in a lab are one segment, whatever is between them.
  tag: ({ id }) => (id === undefined ? undefined : { tag: `${id}`, suffix: `${id}` }),
  // The flag stays as it was (vxlan_nl2conf).
  refusesChange: ({ ttl: wanted }, { ttl: now }) =>
    wanted !== undefined && (wanted === 'inherit') !== (now === 'inherit')
      ? `ttl cannot change to or from inherit: the device keeps VXLAN_F_TTL_INHERIT for life: received ${wanted}, and it is ${now}`
      : undefined,
  label: ({ id, external }) => (external ? ['external'] : [id]),
  causes: {
    add: ({ namespace, name, settings: { id } }) => ({
      EEXIST: `${namespace} has a vxlan device of id ${id} already (vxlan_find_vni), or an interface ${name}`,
      EINVAL:
        'remote and local must be addresses of one version of IP, a group and link-local addresses need dev, vnifilter ' +
        'needs external, gpe needs external and no learning, and flowlabel needs IPv6 (vxlan_config_validate)',
      ENODEV: 'dev must be a device of the same namespace (vxlan_config_validate)',
    }),
    settings: {
      EOPNOTSUPP: 'an address can only be changed into one of the same version of IP (vxlan_nl2conf)',
    },
    device: () => ({ EINVAL: "its MTU may not be larger than that of dev less vxlan's headers (vxlan_change_mtu)" }),
  },
});

function asPortRange(value: unknown): unknown {
  const [lowest, highest, ...others] = Array.isArray(value) ? value : [];
  const isPort = (port: unknown) => Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65535;
  return isPort(lowest) && isPort(highest) && lowest <= highest && others.length === 0 ? value : undefined;
}
