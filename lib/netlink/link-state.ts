import { readCString } from '../kernel/bytes.ts';
import { IFF_NOARP, IFF_PROMISC, IFF_UP } from '../kernel/constants.ts';
import { bytesToMac } from '../wire/mac-address.ts';
import { decodeAttributes } from './attribute.ts';
import {
  IFLA_ADDRESS,
  IFLA_CARRIER,
  IFLA_IFNAME,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  IFLA_INFO_SLAVE_DATA,
  IFLA_LINK,
  IFLA_LINK_NETNSID,
  IFLA_LINKINFO,
  IFLA_MASTER,
  IFLA_MTU,
  IFLA_OPERSTATE,
  IFLA_PROMISCUITY,
  IFLA_XDP,
  IFLA_XDP_ATTACHED,
  interfaceHeader,
  RTM_GETLINK,
} from './link-message.ts';
import { type Operation, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

/** RFC 2863's states in the kernel's order (`IF_OPER_*`), in iproute2's words. */
const OPERSTATES = ['UNKNOWN', 'NOTPRESENT', 'DOWN', 'LOWERLAYERDOWN', 'TESTING', 'DORMANT', 'UP'] as const;
export type OperState = (typeof OPERSTATES)[number];

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
  /** Whether it asks for and answers with MAC addresses; a dummy and an ipvlan in mode l3 do not (`IFF_NOARP`). */
  arp: boolean;
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
  /** What kind of hardware it is, or passes for: 1 is Ethernet (`ARPHRD_*`, linux/if_arp.h). */
  hardware: number;
  /** The namespace that {@link LinkState.link} is in, by this one's number for it; undefined: this one. */
  linkNamespaceId: number | undefined;
  /** A bridge port's own attributes (`IFLA_INFO_SLAVE_DATA`), still encoded. */
  slaveData: Buffer | undefined;
  /** Whether a program gets its packets first (`ip link set … xdp`). */
  xdp: boolean;
}

/**
 * What the kernel says of one device. Since 6.8 `rtnl_getlink` also brings the device's link watch up to date
 * (`linkwatch_sync_dev`), so a carrier that is on here can be sent to.
 */
export function getLink(socket: NetlinkSocket, index: number, operation: Operation): LinkState {
  return decodeLink(
    socket.get(raw({ type: RTM_GETLINK, flags: 0, header: interfaceHeader(index), attributes: [] }, operation)),
  );
}

/** Every device of the socket's namespace, the loopback too. */
export function listLinks(socket: NetlinkSocket, operation: Operation): ListedLink[] {
  const request = { type: RTM_GETLINK, flags: 0, header: interfaceHeader(0), attributes: [] };
  return socket.list(raw(request, operation)).map((body) => {
    const attributes = decodeAttributes(body.subarray(16), IFLA_LINKINFO);
    const info = decodeAttributes(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0), IFLA_INFO_DATA);
    const xdp = decodeAttributes(attributes.get(IFLA_XDP) ?? Buffer.alloc(0));
    return {
      ...decodeLink(body),
      hardware: body.readUInt16LE(2),
      linkNamespaceId: attributes.get(IFLA_LINK_NETNSID)?.readInt32LE(0),
      slaveData: info.get(IFLA_INFO_SLAVE_DATA),
      // XDP_ATTACHED_NONE is 0; others tell where.
      xdp: (xdp.get(IFLA_XDP_ATTACHED)?.[0] ?? 0) !== 0,
    };
  });
}

function decodeLink(body: Buffer): LinkState {
  const flags = body.readUInt32LE(8);
  const attributes = decodeAttributes(body.subarray(16), IFLA_LINKINFO);
  const number = (type: number) => attributes.get(type)?.readUInt32LE(0);
  const info = decodeAttributes(attributes.get(IFLA_LINKINFO) ?? Buffer.alloc(0), IFLA_INFO_DATA);
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
    arp: (flags & IFF_NOARP) === 0,
    carrier: attributes.get(IFLA_CARRIER)?.[0] === 1,
    operState: OPERSTATES[attributes.get(IFLA_OPERSTATE)?.[0] ?? 0] ?? 'UNKNOWN',
    master: number(IFLA_MASTER),
    link: number(IFLA_LINK),
    data: info.get(IFLA_INFO_DATA),
  };
}
