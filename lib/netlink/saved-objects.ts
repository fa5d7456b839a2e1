import { NLM_F_APPEND, NLM_F_CREATE, NLM_F_REPLACE } from '../kernel/constants.ts';
import { familyNumber } from '../kernel/socket-address.ts';
import type { Family } from '../wire/ip-address.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import { ipRoute } from './route.ts';
import type { NetlinkSocket } from './socket.ts';

const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
/** `struct rtmsg`. */
const RTMSG_LENGTH = 12;
const RTA_MULTIPATH = 9;
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const IFADDRMSG_LENGTH = 8;
const IFA_F_PERMANENT = 0x80;
/** Of `RTNH_F_*`: `PERVASIVE` and `ONLINK`. */
const SETTINGS = 0x6;

/** An object as the kernel listed it, to be given back to it: what `ip route save` and `ip address save` write. */
export interface SavedObject {
  body: Buffer;
  /** How it goes in beside what is there. */
  flags: number;
}

/** Every route by a device, but for the kernel's own: those come back with the device and its addresses. */
export function saveRoutes(socket: NetlinkSocket, device: number, family: Family, operation: Operation): SavedObject[] {
  const header = Buffer.concat([Buffer.of(familyNumber(family)), Buffer.alloc(RTMSG_LENGTH - 1)]);
  return socket.list(raw({ type: RTM_GETROUTE, flags: 0, header, attributes: [] }, operation)).flatMap((body) => {
    const { ofTheKernel, nextHops } = ipRoute.all({ family }).read(body);
    if (ofTheKernel || nextHops.every((hop) => hop.device !== device)) return [];
    // Of several next hops those by other devices stay, and two routes may differ in nothing but the device.
    return [{ body: withoutState(body), flags: NLM_F_CREATE | (nextHops.length > 1 ? NLM_F_REPLACE : NLM_F_APPEND) }];
  });
}

/** What it says of the state that a link was in would be refused (`fib_create_info`). */
function withoutState(route: Buffer): Buffer {
  route.writeUInt32LE(route.readUInt32LE(8) & SETTINGS, 8);
  const several = decodeAttributes(route.subarray(RTMSG_LENGTH)).get(RTA_MULTIPATH) ?? Buffer.alloc(0);
  // struct rtnexthop: length, flags, weight, ifindex, attributes.
  for (let at = 0; at + 8 <= several.length; at += Math.max(8, (several.readUInt16LE(at) + 3) & ~3))
    several.writeUInt8(several.readUInt8(at + 2) & SETTINGS, at + 2);
  return route;
}

/** @throws KernelError `EEXIST` when the route is there */
export function restoreRoute(socket: NetlinkSocket, { body, flags }: SavedObject, operation: Operation): void {
  socket.change(raw({ type: RTM_NEWROUTE, flags, header: body, attributes: [] }, operation));
}

export interface SavedAddress extends SavedObject {
  /** It has no end of its time. */
  isPermanent: boolean;
}

/** The IPv6 addresses of a device. */
export function saveAddresses6(socket: NetlinkSocket, device: number, operation: Operation): SavedAddress[] {
  const header = Buffer.concat([Buffer.of(familyNumber(6)), Buffer.alloc(IFADDRMSG_LENGTH - 1)]);
  return socket
    .list(raw({ type: RTM_GETADDR, flags: 0, header, attributes: [] }, operation))
    .filter((body) => body.readUInt32LE(4) === device)
    .map((body) => ({
      body,
      flags: NLM_F_CREATE | NLM_F_REPLACE,
      isPermanent: (body.readUInt8(2) & IFA_F_PERMANENT) !== 0,
    }));
}

/** Gives an address back, or leaves it as it is where the device has it. */
export function restoreAddress(socket: NetlinkSocket, { body, flags }: SavedObject, operation: Operation): void {
  socket.change(raw({ type: RTM_NEWADDR, flags, header: body, attributes: [] }, operation));
}
