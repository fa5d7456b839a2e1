import { u32 } from '../kernel/bytes.ts';
import { AF_INET, AF_INET6, NLM_F_CREATE, NLM_F_EXCL } from '../kernel/constants.ts';
import { bytesToIp, type Family, ipToBytes, type Prefix } from '../wire/ip-address.ts';
import { decodeAttributes } from './attribute.ts';
import type { Operation, RtnetlinkSocket } from './socket.ts';

const RTM_NEWADDR = 20;
const RTM_DELADDR = 21;
const RTM_GETADDR = 22;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_FLAGS = 8;
const IFA_RT_PRIORITY = 9;
const IFA_F_NODAD = 0x02;
const IFA_F_DADFAILED = 0x08;
const IFA_F_TENTATIVE = 0x40;
const IFA_F_NOPREFIXROUTE = 0x200;

/** An address of an interface, as the kernel has it. */
export interface AddressState extends Prefix {
  /** ifindex of the interface that has it. */
  index: number;
  /** 0 global, 253 link, 254 host (`RT_SCOPE_*`). */
  scope: number;
  /** IPv6: duplicate address detection is not done yet, so it cannot be sent from. */
  tentative: boolean;
  /** IPv6: another node has it. */
  dadFailed: boolean;
  /** The far end of a point-to-point address (`ip address add … peer …`), which {@link Prefix.length} is of then. */
  peer: string | undefined;
  /** It has brought no route of its subnet along (`noprefixroute`). */
  noPrefixRoute: boolean;
  /** Of the route of its subnet; undefined: the kernel's own choice. */
  metric: number | undefined;
}

export interface AddressOptions {
  /** IPv6: find out first whether another node has it (RFC 4862 section 5.4); takes 1 to 2 s. */
  dad?: boolean;
}

export function addAddress(
  socket: RtnetlinkSocket,
  index: number,
  prefix: Prefix,
  { dad = false }: AddressOptions,
  operation: Operation,
): void {
  const flags = prefix.family === 6 && !dad ? IFA_F_NODAD : 0;
  socket.change({ type: RTM_NEWADDR, flags: NLM_F_CREATE | NLM_F_EXCL, ...body(index, prefix, flags) }, operation);
}

export function deleteAddress(socket: RtnetlinkSocket, index: number, prefix: Prefix, operation: Operation): void {
  socket.change({ type: RTM_DELADDR, flags: 0, ...body(index, prefix, 0) }, operation);
}

/** Every address of the socket's namespace, link-local ones too. */
export function listAddresses(socket: RtnetlinkSocket, operation: Operation): AddressState[] {
  const request = { type: RTM_GETADDR, flags: 0, header: Buffer.alloc(8), attributes: [] };
  return socket.dump(request, operation).map(decodeAddress);
}

function body(index: number, { address, length, family }: Prefix, flags: number) {
  const bytes = ipToBytes(address);
  return {
    // struct ifaddrmsg: family, prefix length, flags (too short, hence IFA_FLAGS), scope, index
    header: Buffer.concat([Buffer.of(familyNumber(family), length, 0, 0), u32(index)]),
    attributes: [
      [IFA_LOCAL, bytes],
      [IFA_ADDRESS, bytes],
      [IFA_FLAGS, flags === 0 ? undefined : u32(flags)],
    ] as const,
  };
}

function decodeAddress(body: Buffer): AddressState {
  const attributes = decodeAttributes(body.subarray(8));
  const flags = attributes.get(IFA_FLAGS)?.readUInt32LE(0) ?? 0;
  // IFA_LOCAL, where there, is one's own; IFA_ADDRESS then the far end of a point-to-point link, or the same.
  const far = attributes.get(IFA_ADDRESS) ?? Buffer.alloc(4);
  const own = attributes.get(IFA_LOCAL) ?? far;
  return {
    address: bytesToIp(own),
    length: body.readUInt8(1),
    family: body.readUInt8(0) === AF_INET ? 4 : 6,
    index: body.readUInt32LE(4),
    scope: body.readUInt8(3),
    tentative: (flags & IFA_F_TENTATIVE) !== 0,
    dadFailed: (flags & IFA_F_DADFAILED) !== 0,
    peer: own.equals(far) ? undefined : bytesToIp(far),
    noPrefixRoute: (flags & IFA_F_NOPREFIXROUTE) !== 0,
    metric: attributes.get(IFA_RT_PRIORITY)?.readUInt32LE(0) || undefined,
  };
}

/** `AF_INET` or `AF_INET6`. */
export function familyNumber(family: Family): number {
  return family === 4 ? AF_INET : AF_INET6;
}
