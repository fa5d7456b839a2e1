import { bytesToMac, macToBytes } from '../../wire/mac-address.ts';
import { cString, readCString, s32, u16, u32 } from '../bytes.ts';
import { AF_BRIDGE, IFF_PROMISC, IFF_UP, NLA_F_NESTED, NLM_F_CREATE, NLM_F_EXCL } from '../constants.ts';
import type { NetNamespace } from '../net-namespace.ts';
import { type Attribute, decodeAttributes, encodeAttributes } from './attribute.ts';
import type { Operation, RtnetlinkSocket } from './socket.ts';

const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
const RTM_GETLINK = 18;
const RTM_SETLINK = 19;

// enum IFLA_*, linux/if_link.h
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_PROTINFO = 12;
const IFLA_OPERSTATE = 16;
const IFLA_LINKINFO = 18;
const IFLA_NET_NS_FD = 28;
const IFLA_PROMISCUITY = 30;
const IFLA_CARRIER = 33;
const IFLA_LINK_NETNSID = 37;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_INFO_SLAVE_DATA = 5;
const VETH_INFO_PEER = 1;

/** RFC 2863's states in the kernel's order (`IF_OPER_*`), in iproute2's words. */
const OPERSTATES = ['UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP'] as const;
export type OperState = (typeof OPERSTATES)[number];

/** A device to be made. `index` is chosen by the caller, so that no two devices of a lab share one. */
export interface NewLink {
  index: number;
  name: string;
  mac?: string | undefined;
  mtu?: number | undefined;
  up?: boolean | undefined;
  promiscuous?: boolean | undefined;
}

/** How a new link relates to others; the kind's own attributes are `data`. */
export interface LinkKind {
  kind: string;
  data?: readonly Attribute[];
  /** ifindex, in the namespace of the socket, of the device below (`ip link add link …`). */
  link?: number;
  /** ifindex of the bridge that the new device becomes a port of. */
  master?: number;
  /** The namespace that the device is made in; without it, the socket's own. */
  namespace?: NetNamespace;
}

/** What the kernel says of a device. */
export interface LinkState {
  index: number;
  name: string;
  kind: string | undefined;
  mac: string;
  mtu: number;
  up: boolean;
  promiscuous: boolean;
  /** Everyone who wants the device promiscuous, its children included. */
  promiscuity: number;
  carrier: boolean;
  operState: OperState;
  /** ifindex of the bridge that it is a port of. */
  master: number | undefined;
  /** ifindex of the device below, in whatever namespace that is. */
  link: number | undefined;
  /** The kind's own attributes (`IFLA_INFO_DATA`), still encoded. */
  data: Buffer | undefined;
}

/** A device of a list, with what it takes to tell what it is connected to. */
export interface ListedLink extends LinkState {
  /** The namespace that {@link LinkState.link} is in, by this one's number for it; undefined: this one. */
  linkNamespaceId: number | undefined;
  /** A bridge port's own attributes (`IFLA_INFO_SLAVE_DATA`), still encoded. */
  slaveData: Buffer | undefined;
}

/** Makes a device in its final namespace: one message an object, nothing is moved. */
export function addLink(socket: RtnetlinkSocket, link: NewLink, kind: LinkKind, operation: Operation): void {
  socket.change(
    {
      type: RTM_NEWLINK,
      flags: NLM_F_CREATE | NLM_F_EXCL,
      header: interfaceHeader(link.index, flagsOf(link)),
      attributes: [
        ...namingAttributes(link),
        [IFLA_LINK, kind.link === undefined ? undefined : u32(kind.link)],
        [IFLA_MASTER, kind.master === undefined ? undefined : u32(kind.master)],
        [IFLA_NET_NS_FD, kind.namespace && u32(kind.namespace.fd)],
        [
          IFLA_LINKINFO,
          [
            [IFLA_INFO_KIND, cString(kind.kind)],
            [IFLA_INFO_DATA, kind.data],
          ],
        ],
      ],
    },
    operation,
  );
}

/** The `data` of a veth pair: its other end, made in the same message in a namespace of its own. */
export function vethPeer(peer: NewLink, namespace: NetNamespace): readonly Attribute[] {
  const attributes = encodeAttributes([...namingAttributes(peer), [IFLA_NET_NS_FD, u32(namespace.fd)]]);
  // VETH_INFO_PEER nests a whole ifinfomsg with its attributes behind it, not a plain list.
  return [[VETH_INFO_PEER | NLA_F_NESTED, Buffer.concat([interfaceHeader(peer.index, flagsOf(peer)), attributes])]];
}

/** Live changes of what every device has. */
export interface LinkChange {
  up?: boolean | undefined;
  promiscuous?: boolean | undefined;
  mtu?: number | undefined;
  mac?: string | undefined;
  name?: string | undefined;
  /** ifindex of a bridge to join, or 0 to leave the one it is in. */
  master?: number | undefined;
}

export function setLink(socket: RtnetlinkSocket, index: number, change: LinkChange, operation: Operation): void {
  const mask = (change.up === undefined ? 0 : IFF_UP) | (change.promiscuous === undefined ? 0 : IFF_PROMISC);
  socket.change(
    {
      type: RTM_NEWLINK,
      flags: 0,
      header: interfaceHeader(index, { flags: flagsOf(change).flags, mask }),
      attributes: [
        [IFLA_IFNAME, change.name === undefined ? undefined : cString(change.name)],
        [IFLA_MTU, change.mtu === undefined ? undefined : u32(change.mtu)],
        [IFLA_ADDRESS, change.mac === undefined ? undefined : macToBytes(change.mac)],
        [IFLA_MASTER, change.master === undefined ? undefined : u32(change.master)],
      ],
    },
    operation,
  );
}

/** Changes a device's kind-specific settings, as `ip link set … type KIND …` does. */
export function setLinkData(
  socket: RtnetlinkSocket,
  index: number,
  kind: string,
  data: readonly Attribute[],
  operation: Operation,
): void {
  socket.change(
    {
      type: RTM_NEWLINK,
      flags: 0,
      header: interfaceHeader(index),
      attributes: [
        [
          IFLA_LINKINFO,
          [
            [IFLA_INFO_KIND, cString(kind)],
            [IFLA_INFO_DATA, data],
          ],
        ],
      ],
    },
    operation,
  );
}

/** Changes a bridge port's settings (`IFLA_BRPORT_*`), as `bridge link set dev …` does. */
export function setBridgePort(
  socket: RtnetlinkSocket,
  index: number,
  settings: readonly Attribute[],
  operation: Operation,
): void {
  socket.change(
    {
      type: RTM_SETLINK,
      flags: 0,
      header: interfaceHeader(index, { flags: 0, mask: 0 }, AF_BRIDGE),
      attributes: [[IFLA_PROTINFO, settings]],
    },
    operation,
  );
}

export function deleteLink(socket: RtnetlinkSocket, index: number, operation: Operation): void {
  socket.change({ type: RTM_DELLINK, flags: 0, header: interfaceHeader(index), attributes: [] }, operation);
}

/**
 * What the kernel says of one device. Since 6.8 `rtnl_getlink` also brings the device's link watch up to date
 * (`linkwatch_sync_dev`), so a carrier that is on here can be sent to.
 */
export function getLink(socket: RtnetlinkSocket, index: number, operation: Operation): LinkState {
  return decodeLink(
    socket.get({ type: RTM_GETLINK, flags: 0, header: interfaceHeader(index), attributes: [] }, operation),
  );
}

/** Every device of the socket's namespace, the loopback too. */
export function listLinks(socket: RtnetlinkSocket, operation: Operation): ListedLink[] {
  const request = { type: RTM_GETLINK, flags: 0, header: interfaceHeader(0), attributes: [] };
  return socket.dump(request, operation).map((body) => {
    const attributes = decodeAttributes(body.subarray(16));
    return {
      ...decodeLink(body),
      linkNamespaceId: attributes.get(IFLA_LINK_NETNSID)?.readInt32LE(0),
      slaveData: decodeAttributes(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0)).get(IFLA_INFO_SLAVE_DATA),
    };
  });
}

function decodeLink(body: Buffer): LinkState {
  const flags = body.readUInt32LE(8);
  const attributes = decodeAttributes(body.subarray(16));
  const number = (type: number) => attributes.get(type)?.readUInt32LE(0);
  const info = decodeAttributes(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0));
  const kind = info.get(IFLA_INFO_KIND);
  return {
    index: body.readInt32LE(4),
    name: readCString(attributes.get(IFLA_IFNAME) ?? Buffer.alloc(0)),
    kind: kind && readCString(kind),
    mac: bytesToMac(attributes.get(IFLA_ADDRESS) ?? Buffer.alloc(0)),
    mtu: number(IFLA_MTU) ?? 0,
    up: (flags & IFF_UP) !== 0,
    promiscuous: (flags & IFF_PROMISC) !== 0,
    promiscuity: number(IFLA_PROMISCUITY) ?? 0,
    carrier: attributes.get(IFLA_CARRIER)?.[0] === 1,
    operState: OPERSTATES[attributes.get(IFLA_OPERSTATE)?.[0] ?? 0] ?? 'UNKNOWN',
    master: number(IFLA_MASTER),
    link: number(IFLA_LINK),
    data: info.get(IFLA_INFO_DATA),
  };
}

/** `struct ifinfomsg`: family, type, index, flags and the mask of flags to change. */
function interfaceHeader(index: number, { flags, mask } = { flags: 0, mask: 0 }, family = 0): Buffer {
  return Buffer.concat([Buffer.of(family, 0), u16(0), s32(index), u32(flags), u32(mask)]);
}

function flagsOf({ up, promiscuous }: { up?: boolean | undefined; promiscuous?: boolean | undefined }) {
  const flags = (up ? IFF_UP : 0) | (promiscuous ? IFF_PROMISC : 0);
  return { flags, mask: flags };
}

function namingAttributes({ name, mac, mtu }: NewLink): readonly Attribute[] {
  return [
    [IFLA_IFNAME, cString(name)],
    [IFLA_ADDRESS, mac === undefined ? undefined : macToBytes(mac)],
    [IFLA_MTU, mtu === undefined ? undefined : u32(mtu)],
  ];
}
