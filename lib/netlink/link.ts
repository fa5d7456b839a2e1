import { bit, invertedBit, maskedBits } from './codec/bits.ts';
import { body } from './codec/body.ts';
import { oneOf } from './codec/one-of.ts';
import { bool, device, mac, netns, pad, s32, string, u8, u16, u32 } from './codec/scalars.ts';
import { struct } from './codec/struct.ts';
import { attribute, table } from './codec/table.ts';
import { flat } from './codec/type.ts';
import { Family } from './family.ts';
import { type AddrGenMode, altnames, inet6 } from './link-inet6.ts';
import { linkInfo } from './link-info.ts';
import { protodownReasons } from './protodown.ts';
import type { Request } from './request.ts';

/** RFC 2863's states, in iproute2's words. */
export const OPER_STATES = {
  ...{ UNKNOWN: 0, NOTPRESENT: 1, DOWN: 2, LOWERLAYERDOWN: 3, TESTING: 4, DORMANT: 5, UP: 6 },
} as const;
export type OperState = keyof typeof OPER_STATES;

/** What the kernel says of a device. */
export interface LinkState {
  index: number;
  name: string;
  kind: string | undefined;
  mac: string;
  mtu: number;
  up: boolean;
  promiscuous: boolean;
  /** It lets all multicast in (`allmulticast`). */
  allMulticast: boolean;
  /** Everyone who wants the device promiscuous, its children included. */
  promiscuity: number;
  carrier: boolean;
  /** Whether it asks for and answers with MAC addresses; a dummy and an ipvlan in mode l3 do not (`IFF_NOARP`). */
  arp: boolean;
  operState: OperState;
  /** What kind of hardware it is, or passes for: 1 is Ethernet (`ARPHRD_*`, linux/if_arp.h). */
  hardware: number;
  /** ifindex of the bridge, bond or VRF that it belongs to. */
  master: number | undefined;
  /** ifindex of the device below, in whatever namespace that is. */
  link: number | undefined;
  /** The namespace that {@link LinkState.link} is in, by this one's number for it; undefined: this one. */
  linkNamespaceId: number | undefined;
  /** Whether a program gets its packets first (`ip link set … xdp`). */
  xdp: boolean;
  /** The id of that program; missing if there are several, such as one in the driver and one in the kernel. */
  xdpProgram?: number | undefined;
  /** Other names that `ip link` takes for it. */
  altnames: string[];
  /** How IPv6 makes the lower half of the addresses that the device gives itself; undefined without IPv6. */
  addrgenmode: AddrGenMode | `${number}` | undefined;
  /** The lower half that somebody chose (`ip token`); `::` if nobody did. */
  token: string;
  /** Whether a program keeps its carrier away, and the numbers of its reasons. */
  protodown: boolean;
  protodownReasons: number[];
  /** The settings of its kind (`IFLA_INFO_DATA`): to be had by the kind's `of`. */
  data: unknown;
  /** The kind of the device that it is a port of. */
  slaveKind: string | undefined;
  /** Its settings as a port (`IFLA_INFO_SLAVE_DATA`). */
  slaveData: unknown;
}

export const linkHeader = struct('ifinfomsg', {
  family: u8,
  padding: pad(1),
  hardware: u16,
  index: s32,
  flags: flat(
    maskedBits(u32, {
      up: bit('IFF_UP', 0x1, 'up', 'down'),
      promiscuous: bit('IFF_PROMISC', 0x100, 'promisc on', 'promisc off'),
      allMulticast: bit('IFF_ALLMULTI', 0x200, 'allmulticast on', 'allmulticast off'),
      arp: invertedBit('IFF_NOARP', 0x80, 'arp on', 'arp off'),
    }),
  ),
});

/** 0 takes a device away from its master (`do_set_master`). */
const masterDevice: typeof device = {
  ...device,
  words: (index, names) => (index === 0 ? ['nomaster'] : ['master', ...device.words(index, names)]),
};

export const linkAttributes = table({
  name: attribute('IFLA_IFNAME', 3, string, { word: false, ifAbsent: '' }),
  link: attribute('IFLA_LINK', 5, device),
  mac: attribute('IFLA_ADDRESS', 1, mac, { word: 'address', ifAbsent: '' }),
  mtu: attribute('IFLA_MTU', 4, u32, { ifAbsent: 0 }),
  master: attribute('IFLA_MASTER', 10, masterDevice, { word: '' }),
  netns: attribute('IFLA_NET_NS_FD', 28, netns),
  newIndex: attribute('IFLA_NEW_IFINDEX', 49, s32, { word: 'index' }),
  operState: attribute('IFLA_OPERSTATE', 16, oneOf(u8, 'IF_OPER_', OPER_STATES, 'UNKNOWN'), { ifAbsent: 'UNKNOWN' }),
  promiscuity: attribute('IFLA_PROMISCUITY', 30, u32, { ifAbsent: 0 }),
  carrier: attribute('IFLA_CARRIER', 33, bool(u8), { ifAbsent: false }),
  linkNamespaceId: attribute('IFLA_LINK_NETNSID', 37, s32),
  // XDP_ATTACHED_NONE is 0; others tell where.
  xdp: attribute(
    'IFLA_XDP',
    43,
    flat(
      table({
        xdp: attribute('IFLA_XDP_ATTACHED', 2, bool(u8), { ifAbsent: false }),
        xdpProgram: attribute('IFLA_XDP_PROG_ID', 4, u32),
      }),
    ),
  ),
  protodownReasons: attribute('IFLA_PROTO_DOWN_REASON', 55, protodownReasons, { word: '', ifAbsent: [] }),
  protodown: attribute('IFLA_PROTO_DOWN', 39, bool(u8), { ifAbsent: false }),
  altnames,
  inet6,
  info: attribute('IFLA_LINKINFO', 18, linkInfo, { isLong: true }),
});

/** `struct ifinfomsg` and what stands behind it: the body of a message, and of a veth's other end. */
export const linkBody = body(linkHeader, linkAttributes);

/**
 * The devices of a namespace, the loopback too. What a kind has of its own, lib/links describes.
 *
 * Since 6.8 to ask for one also brings its link watch up to date (`rtnl_getlink`, `linkwatch_sync_dev`): a carrier that is
 * on then can be sent to. Before Linux 5.13 a device that moves keeps its ifindex, whatever `newIndex` says.
 */
export const ipLink = new Family({
  command: ['ip', 'link'],
  messages: ['LINK', 16],
  body: linkBody,
  state: ({ family: _, netns: __, newIndex: ___, ...state }): LinkState => state,
  verbs: { change: 'set', get: 'show' },
  words: ({ index = 0, name }, names, rest, verb) => {
    if (verb === 'add') return [...deviceWords(name ?? ''), ...rest];
    return [...deviceWords(names.device(index)), ...rest, ...(name === undefined ? [] : ['name', name])];
  },
  feature: ({ kind }) => kind && `link ${kind}`,
});

/** What tells whether a device can be sent to, and how long its packets may be. */
export type CarrierState = Pick<LinkState, 'up' | 'carrier' | 'operState' | 'mtu'>;

const { mtu, operState, carrier, info } = linkAttributes.rows;
/** `info` is passed over, but for its length. */
const unread = { ...info, of: { ...info.of, flat: [], read: () => ({}) } };
const carrierBody = body(linkHeader, table({ mtu, operState, carrier, unread }));

/** Asks for the carrier of a device. A lab asks for it most often, and all that a device says takes some four times as long to read. */
export function getCarrier(index: number): Request<CarrierState> {
  return { ...ipLink.get({ index }), read: (bytes) => carrierBody.read(bytes) };
}

/** What `ip link` would not take for the name of a device: it takes the beginnings of its keywords for them, too (`matches`). */
const KEYWORDS = (
  'add address alias allmulticast arp broadcast carrier dev down dynamic group help index link master mode mtu multicast name ' +
  'netns nomaster promisc protodown qlen state trailers txqlen txqueuelen type up vf vrf xdp'
).split(' ');

function deviceWords(name: string): string[] {
  return KEYWORDS.some((word) => word.startsWith(name)) || name.startsWith('-') ? ['dev', name] : [name];
}
