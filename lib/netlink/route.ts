import { u32 } from '../kernel/bytes.ts';
import { AF_INET, NLM_F_CREATE, NLM_F_EXCL } from '../kernel/constants.ts';
import { bytesToIp, type Family, ipToBytes, type Prefix } from '../wire/ip-address.ts';
import { familyNumber } from './address.ts';
import { decodeAttributes } from './attribute.ts';
import {
  RTA_DST,
  RTA_GATEWAY,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_SRC,
  RTA_TABLE,
  RTM_DELROUTE,
  RTM_GETROUTE,
  RTM_NEWROUTE,
  RTMSG_LENGTH,
  RTPROT_KERNEL,
} from './route-message.ts';
import type { Operation, RtnetlinkSocket } from './socket.ts';

const RT_TABLE_MAIN = 254;
const RTPROT_BOOT = 3;
const RTN_UNICAST = 1;
/** `RTN_*` in iproute2's words. */
const TYPES: Record<number, RouteType> = { 1: 'unicast', 6: 'blackhole', 7: 'unreachable', 8: 'prohibit', 9: 'throw' };
const RT_SCOPE_LINK = 253;
const RT_SCOPE_NOWHERE = 255;

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

export function addRoute(socket: RtnetlinkSocket, route: Route, operation: Operation): void {
  socket.change({ type: RTM_NEWROUTE, flags: NLM_F_CREATE | NLM_F_EXCL, ...body(route) }, operation);
}

export function deleteRoute(socket: RtnetlinkSocket, route: Route, operation: Operation): void {
  // As iproute2 does: whoever made it, the kernel included, and of whatever scope (fib_table_delete).
  const any = { protocol: 0, scope: RT_SCOPE_NOWHERE, type: 0 };
  socket.change({ type: RTM_DELROUTE, flags: 0, ...body(route, any) }, operation);
}

/** The main table's unicast routes. */
export function listRoutes(socket: RtnetlinkSocket, family: Family, operation: Operation): Route[] {
  const request = { type: RTM_GETROUTE, flags: 0, header: header(family, 0), attributes: [] };
  return socket
    .dump(request, operation)
    .filter((entry) => tableOf(entry) === RT_TABLE_MAIN && entry.readUInt8(7) === RTN_UNICAST)
    .map(decodeRoute);
}

/** The main table's routes without the kernel's own (`proto kernel`), such as those of an address's subnet. */
export function listAddedRoutes(socket: RtnetlinkSocket, family: Family, operation: Operation): AddedRoute[] {
  const request = { type: RTM_GETROUTE, flags: 0, header: header(family, 0), attributes: [] };
  return socket
    .dump(request, operation)
    .filter((entry) => tableOf(entry) === RT_TABLE_MAIN && entry.readUInt8(5) !== RTPROT_KERNEL)
    .flatMap((entry) => {
      const type = TYPES[entry.readUInt8(7)];
      const metric = decodeAttributes(entry.subarray(RTMSG_LENGTH)).get(RTA_PRIORITY)?.readUInt32LE(0);
      return type ? [{ ...decodeRoute(entry), type, metric }] : [];
    });
}

/**
 * The route that the kernel would take to an address now (`ip route get`).
 *
 * @throws KernelError `ENETUNREACH` when there is none
 */
export function lookUpRoute(
  socket: RtnetlinkSocket,
  to: string,
  family: Family,
  operation: Operation,
  { device, source }: { device?: number | undefined; source?: string | undefined } = {},
): Route {
  const length = family === 4 ? 32 : 128;
  return decodeRoute(
    socket.get(
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
  { sourceLength = 0, table = 0, protocol = 0, scope = 0, type = 0 } = {},
): Buffer {
  const bytes = Buffer.of(familyNumber(family), length, sourceLength, 0, table, protocol, scope, type);
  return Buffer.concat([bytes, u32(0)]);
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
