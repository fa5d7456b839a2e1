import { AF_INET6 } from '../kernel/constants.ts';
import { familyNumber } from '../kernel/socket-address.ts';
import { bytesToIp, type Family } from '../wire/ip-address.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import {
  RTA_DST,
  RTA_GATEWAY,
  RTA_METRICS,
  RTA_MULTIPATH,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_SRC,
  RTA_TABLE,
  RTAX_MTU,
  RTM_GETROUTE,
  RTMSG_LENGTH,
  RTPROT_KERNEL,
} from './route-message.ts';
import type { NetlinkSocket } from './socket.ts';

const RTA_VIA = 18;
const RTA_ENCAP = 22;
const RTNH_F_ONLINK = 4;
/** `RTN_*` in iproute2's words. */
const TYPES = [
  ...['unspec', 'unicast', 'local', 'broadcast', 'anycast', 'multicast'],
  ...['blackhole', 'unreachable', 'prohibit', 'throw', 'nat'],
];

/** Where a route leads to next. */
export interface NextHop {
  /** An IPv4 route's may be an IPv6 address (RFC 5549). */
  via: string | undefined;
  /** ifindex. */
  device: number | undefined;
  /** Its share among several, from 1. */
  weight: number;
  /** Taken to be on the link whatever the other routes say. */
  onlink: boolean;
}

/** A route, of any table and type, as `ip route show table all` has it. */
export interface ListedRoute {
  family: Family;
  to: { address: string; length: number };
  /** `unicast`, `blackhole` … */
  type: string;
  /** 254 is `main`, 255 `local`. */
  table: number;
  /** `proto kernel`: of an address, or of its subnet. */
  ofTheKernel: boolean;
  tos: number;
  metric: number | undefined;
  mtu: number | undefined;
  source: string | undefined;
  /** IPv6: the only sources that it is for, `from …`. */
  from: { address: string; length: number } | undefined;
  /** What it sends is wrapped (`encap …`). */
  encapsulates: boolean;
  /** More than one: `nexthop … nexthop …`. */
  nextHops: NextHop[];
}

/** Every route of the socket's namespace, in whatever table. */
export function listAllRoutes(socket: NetlinkSocket, family: Family, operation: Operation): ListedRoute[] {
  const header = Buffer.concat([Buffer.of(familyNumber(family)), Buffer.alloc(RTMSG_LENGTH - 1)]);
  return socket
    .list(raw({ type: RTM_GETROUTE, flags: 0, header, attributes: [] }, operation))
    .map((entry) => decodeListedRoute(entry, family));
}

export function decodeListedRoute(entry: Buffer, family: Family): ListedRoute {
  const attributes = decodeAttributes(entry.subarray(RTMSG_LENGTH));
  const number = (type: number) => attributes.get(type)?.readUInt32LE(0);
  const source = attributes.get(RTA_PREFSRC);
  const metrics = decodeAttributes(attributes.get(RTA_METRICS) ?? Buffer.alloc(0));
  const several = attributes.get(RTA_MULTIPATH);
  const from = attributes.get(RTA_SRC);
  const one = { attributes, device: number(RTA_OIF), weight: 1, flags: entry.readUInt32LE(8) };
  const hops = several ? decodeNextHops(several) : [one];
  return {
    family,
    to: {
      address: bytesToIp(attributes.get(RTA_DST) ?? Buffer.alloc(family === 4 ? 4 : 16)),
      length: entry.readUInt8(1),
    },
    type: TYPES[entry.readUInt8(7)] ?? 'unspec',
    table: number(RTA_TABLE) ?? entry.readUInt8(4),
    ofTheKernel: entry.readUInt8(5) === RTPROT_KERNEL,
    tos: entry.readUInt8(3),
    metric: number(RTA_PRIORITY),
    mtu: metrics.get(RTAX_MTU)?.readUInt32LE(0),
    source: source && bytesToIp(source),
    from: from && { address: bytesToIp(from), length: entry.readUInt8(2) },
    encapsulates: hops.some(({ attributes }) => attributes.has(RTA_ENCAP)),
    nextHops: hops.map(nextHop),
  };
}

interface EncodedHop {
  attributes: Map<number, Buffer>;
  device: number | undefined;
  weight: number;
  flags: number;
}

/** A row of `struct rtnexthop`: length, flags, weight less one, ifindex, attributes. */
function decodeNextHops(bytes: Buffer): EncodedHop[] {
  const hops: EncodedHop[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    hops.push({
      attributes: decodeAttributes(bytes.subarray(at + 8, at + length)),
      device: bytes.readUInt32LE(at + 4),
      weight: bytes.readUInt8(at + 3) + 1,
      flags: bytes.readUInt8(at + 2),
    });
    at += Math.max(8, (length + 3) & ~3);
  }
  return hops;
}

function nextHop({ attributes, device, weight, flags }: EncodedHop): NextHop {
  const gateway = attributes.get(RTA_GATEWAY);
  // struct rtvia: the address's family before it.
  const other = attributes.get(RTA_VIA);
  const ofOther = other && other.readUInt16LE(0) === AF_INET6 ? bytesToIp(other.subarray(2)) : undefined;
  return { via: gateway ? bytesToIp(gateway) : ofOther, device, weight, onlink: (flags & RTNH_F_ONLINK) !== 0 };
}
