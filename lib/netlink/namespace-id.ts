import { u32 } from '../kernel/bytes.ts';
import type { NetNamespace } from '../kernel/net-namespace.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

const RTM_GETNSID = 90;
const NETNSA_NSID = 1;
const NETNSA_FD = 3;

/** The number by which the socket's namespace knows another one (`IFLA_LINK_NETNSID`); undefined when it has none. */
export function namespaceId(socket: NetlinkSocket, other: NetNamespace, operation: Operation): number | undefined {
  const body = socket.get(
    raw({ type: RTM_GETNSID, flags: 0, header: Buffer.alloc(4), attributes: [[NETNSA_FD, u32(other.fd)]] }, operation),
  );
  const id = decodeAttributes(body.subarray(4)).get(NETNSA_NSID)?.readInt32LE(0);
  // NETNSA_NSID_NOT_ASSIGNED
  return id === -1 ? undefined : id;
}
