import { u32 } from '../kernel/bytes.ts';
import { AF_INET, NLM_F_CREATE, NLM_F_EXCL } from '../kernel/constants.ts';
import { familyNumber } from '../kernel/socket-address.ts';
import { bytesToIp, type Family, ipToBytes, type Prefix } from '../wire/ip-address.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import {
  RTA_DST,
  RTA_GATEWAY,
  RTA_METRICS,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_SRC,
  RTA_TABLE,
  RTAX_MTU,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTMSG_LENGTH,
  RTPROT_KERNEL,
} from './route-message.ts';
import type { NetlinkSocket } from './socket.ts';

const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;
/** `RTN_*` in iproute2's words. */
const TYPES: Record<number, RouteType> = { 1: 'unicast', 6: 'blackhole', 7: 'unreachable', 8: 'prohibit', 9: 'throw' };
const RT_SCOPE_LINK = 253;
const RT_SCOPE_NOWHERE = 255;
/** A route to one address, which the kernel made of another and keeps for what it has learnt. */
const RTM_F_CLONED = 0x200;
const RTA_CACHEINFO = 12;
/** Of `struct rta_cacheinfo`, linux/rtnetlink.h. */
const RTA_CACHEINFO_EXPIRES = 8;

export type RouteType = 'unicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw';

/** A unicast route of the main table. */
export interface Route {
  /** Where to: `length` 0 is the default route. */
  to: Prefix;
  /** The next hop; without one `to` is on the link. */
  via?: string | undefined;
  /** ifindex of the device to leave by. */
  device?: number | undefined;
  /** The preferred source address. */
  source?: string | undefined;
}

/** A route that someone added, of whatever type. */
export interface AddedRoute extends Route {
  type: RouteType;
  metric: number | undefined;
}

export function addRoute(socket: NetlinkSocket, route: Route, operation: Operation): void {
  socket.change(raw({ type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_EXCL, ...body(route) }, operation));
}

export function deleteRoute(socket: NetlinkSocket, route: Route, operation: Operation): void {
  // As iproute2 does: whoever made it, the kernel included, and of whatever scope (fib_table_delete).
  const any = { protocol: 0, scope: RT_SCOPE_NOWHERE, type: 0 };
  socket.change(raw({ type: RTM_DELROUTE, flags: 0, ...body(route, any) }, operation));
}

/** The main table's unicast routes. */
export function listRoutes(socket: NetlinkSocket, family: Family, operation: Operation): Route[] {
  const request = { type: RTM_GETROUTE, flags: 0, header: header(family, 0), attributes: [] };
  return socket
    .list(raw(request, operation))
    .filter((entry) => tableOf(entry) === RT_TABLE_MAIN && entry.readUInt8(7) === RTN_UNICAST)
    .map(decodeRoute);
}

/** The main table's routes without the kernel's own (`proto kernel`), such as those of an address's subnet. */
export function listAddedRoutes(socket: NetlinkSocket, family: Family, operation: Operation): AddedRoute[] {
  const request = { type: RTM_GETROUTE, flags: 0, header: header(family, 0), attributes: [] };
  return socket
    .list(raw(request, operation))
    .filter((entry) => tableOf(entry) === RT_TABLE_MAIN && entry.readUInt8(5) !== RTPROT_KERNEL)
    .flatMap((entry) => {
      const type = TYPES[entry.readUInt8(7)];
      const metric = decodeAttributes(entry.subarray(RTMSG_LENGTH)).get(RTA_PRIORITY)?.readUInt32LE(0);
      return type ? [{ ...decodeRoute(entry), type, metric }] : [];
    });
}

/** What besides the destination a route is looked up by. */
export interface LookUp {
  /** ifindex of the device to leave by. */
  device?: number | undefined;
  /** The address to send from. */
  source?: string | undefined;
}

/**
 * The route that the kernel would take to an address now (`ip route get`).
 *
 * @throws KernelError `ENETUNREACH` when there is none
 */
export function lookUpRoute(
  socket: NetlinkSocket,
  to: string,
  family: Family,
  operation: Operation,
  by: LookUp = {},
): Route {
  return decodeRoute(lookUp(socket, to, family, operation, by));
}

/** The longest packet that a route takes. */
export interface PathMtu {
  /** Undefined: the device's. */
  mtu: number | undefined;
  /** A router has said so, and the kernel remembers it for ten minutes (RFC 1191 section 6.3, RFC 8201 section 5.3). */
  learnt: boolean;
}

/** The MTU of the route that the kernel would take. @throws KernelError `ENETUNREACH` when there is none */
export function lookUpPathMtu(
  socket: NetlinkSocket,
  to: string,
  family: Family,
  operation: Operation,
  by: LookUp = {},
): PathMtu {
  const attributes = decodeAttributes(lookUp(socket, to, family, operation, by).subarray(RTMSG_LENGTH));
  const metrics = decodeAttributes(attributes.get(RTA_METRICS) ?? Buffer.alloc(0));
  const expires = attributes.get(RTA_CACHEINFO)?.readInt32LE(RTA_CACHEINFO_EXPIRES) ?? 0;
  const mtu = metrics.get(RTAX_MTU)?.readUInt32LE(0);
  return { mtu, learnt: mtu !== undefined && expires > 0 };
}

/** Forgets what was learnt of the path to an IPv6 address, as `ip -6 route flush cache` does of all. */
export function forgetRoute6(socket: NetlinkSocket, to: string, operation: Operation): void {
  const attributes = [[RTA_DST, ipToBytes(to)]] as const;
  socket.change(
    raw(
      {
        type: RTM_DELROUTE,
        flags: 0,
        header: header(6, 128, { table: RT_TABLE_MAIN, flags: RTM_F_CLONED }),
        attributes,
      },
      operation,
    ),
  );
}

function lookUp(
  socket: NetlinkSocket,
  to: string,
  family: Family,
  operation: Operation,
  { device, source }: LookUp,
): Buffer {
  const length = family === 4 ? 32 : 128;
  return socket.get(
    raw(
      {
        type: RTM_GETROUTE,
        flags: 0,
        // inet_rtm_valid_getroute_req: a source has a whole address's length.
        header: header(family, length, { sourceLength: source === undefined ? 0 : length }),
        attributes: [
          [RTA_DST, ipToBytes(to)],
          [RTA_SRC, source === undefined ? undefined : ipToBytes(source)],
          [RTA_OIF, device === undefined ? undefined : u32(device)],
        ],
      },
      operation,
    ),
  );
}

function body({ to, via, device, source }: Route, more: { protocol?: number; scope?: number; type?: number } = {}) {
  // As iproute2 has it (iproute_modify): on IPv4 what has no next hop is on the link. The kernel takes scope global, too.
  const scope = to.family === 4 && via === undefined ? RT_SCOPE_LINK : 0;
  return {
    header: header(to.family, to.length, {
      table: RT_TABLE_MAIN,
      protocol: RTPROT_BOOT,
      scope,
      type: RTN_UNICAST,
      ...more,
    }),
    attributes: [
      [RTA_DST, to.length === 0 ? undefined : ipToBytes(to.address)],
      [RTA_GATEWAY, via === undefined ? undefined : ipToBytes(via)],
      [RTA_OIF, device === undefined ? undefined : u32(device)],
      [RTA_PREFSRC, source === undefined ? undefined : ipToBytes(source)],
    ] as const,
  };
}

/** `struct rtmsg`. */
function header(
  family: Family,
  length: number,
  { sourceLength = 0, table = 0, protocol = 0, scope = 0, type = 0, flags = 0 } = {},
): Buffer {
  const bytes = Buffer.of(familyNumber(family), length, sourceLength, 0, table, protocol, scope, type);
  return Buffer.concat([bytes, u32(flags)]);
}

function tableOf(entry: Buffer): number {
  return decodeAttributes(entry.subarray(RTMSG_LENGTH)).get(RTA_TABLE)?.readUInt32LE(0) ?? entry.readUInt8(4);
}

function decodeRoute(entry: Buffer): Route {
  const family: Family = entry.readUInt8(0) === AF_INET ? 4 : 6;
  const attributes = decodeAttributes(entry.subarray(RTMSG_LENGTH));
  const address = (type: number) => {
    const bytes = attributes.get(type);
    return bytes && bytesToIp(bytes);
  };
  return {
    to: { address: address(RTA_DST) ?? (family === 4 ? '0.0.0.0' : '::'), length: entry.readUInt8(1), family },
    via: address(RTA_GATEWAY),
    device: attributes.get(RTA_OIF)?.readUInt32LE(0),
    source: address(RTA_PREFSRC),
  };
}
