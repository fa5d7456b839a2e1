import { cString, u32 } from '../kernel/bytes.ts';
import { AF_BRIDGE, IFF_PROMISC, IFF_UP, NLA_F_NESTED, NLM_F_CREATE, NLM_F_EXCL } from '../kernel/constants.ts';
import { noteFeature } from '../kernel/features.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { macToBytes } from '../wire/mac-address.ts';
import { type Attribute, encodeAttributes } from './attribute.ts';
import {
  IFLA_ADDRESS,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_LINK,
  IFLA_LINKINFO,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_NET_NS_FD,
  IFLA_NEW_IFINDEX,
  IFLA_PROTINFO,
  interfaceHeader,
  RTM_DELLINK,
  RTM_NEWLINK,
  RTM_SETLINK,
} from './link-message.ts';
import { type Operation, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

/** Of `IFLA_INFO_DATA`, linux/veth.h. */
const VETH_INFO_PEER = 1;

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

/** Makes a device in its final namespace: one message an object, nothing is moved. */
export function addLink(socket: NetlinkSocket, link: NewLink, kind: LinkKind, operation: Operation): void {
  noteFeature(`link ${kind.kind}`);
  socket.change(
    raw(
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
    ),
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
  /** Another namespace to move into, down and out of its bridge (`dev_change_net_namespace`). */
  namespace?: NetNamespace;
  /** The ifindex that it has from then on. Before Linux 5.13 it keeps the one that it had. */
  newIndex?: number;
}

export function setLink(socket: NetlinkSocket, index: number, change: LinkChange, operation: Operation): void {
  const mask = (change.up === undefined ? 0 : IFF_UP) | (change.promiscuous === undefined ? 0 : IFF_PROMISC);
  socket.change(
    raw(
      {
        type: RTM_NEWLINK,
        flags: 0,
        header: interfaceHeader(index, { flags: flagsOf(change).flags, mask }),
        attributes: [
          [IFLA_IFNAME, change.name === undefined ? undefined : cString(change.name)],
          [IFLA_MTU, change.mtu === undefined ? undefined : u32(change.mtu)],
          [IFLA_ADDRESS, change.mac === undefined ? undefined : macToBytes(change.mac)],
          [IFLA_MASTER, change.master === undefined ? undefined : u32(change.master)],
          [IFLA_NET_NS_FD, change.namespace && u32(change.namespace.fd)],
          [IFLA_NEW_IFINDEX, change.newIndex === undefined ? undefined : u32(change.newIndex)],
        ],
      },
      operation,
    ),
  );
}

/** Changes a device's kind-specific settings, as `ip link set … type KIND …` does. */
export function setLinkData(
  socket: NetlinkSocket,
  index: number,
  kind: string,
  data: readonly Attribute[],
  operation: Operation,
): void {
  socket.change(
    raw(
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
    ),
  );
}

/** Changes a bridge port's settings (`IFLA_BRPORT_*`), as `bridge link set dev …` does. */
export function setBridgePort(
  socket: NetlinkSocket,
  index: number,
  settings: readonly Attribute[],
  operation: Operation,
): void {
  socket.change(
    raw(
      {
        type: RTM_SETLINK,
        flags: 0,
        header: interfaceHeader(index, { flags: 0, mask: 0 }, AF_BRIDGE),
        attributes: [[IFLA_PROTINFO, settings]],
      },
      operation,
    ),
  );
}

export function deleteLink(socket: NetlinkSocket, index: number, operation: Operation): void {
  socket.change(raw({ type: RTM_DELLINK, flags: 0, header: interfaceHeader(index), attributes: [] }, operation));
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
