import { readCString } from '../kernel/bytes.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

const RTM_GETQDISC = 38;
const TCA_KIND = 1;

// struct tcmsg: family, ifindex, handle, parent, info
const TCMSG_LENGTH = 20;
const IFINDEX_AT = 4;
const HANDLE_AT = 8;

/** A queueing discipline of a device, as `tc qdisc` has it. */
export interface Qdisc {
  /** ifindex. */
  device: number;
  /** `noqueue`, `fq_codel`, `netem` … */
  kind: string;
}

/** Those that were given to a device. A device's own, such as a veth's `noqueue`, has no handle. */
export function listQdiscs(socket: NetlinkSocket, operation: Operation): Qdisc[] {
  const header = Buffer.alloc(TCMSG_LENGTH);
  return socket
    .list(raw({ type: RTM_GETQDISC, flags: 0, header, attributes: [] }, operation))
    .filter((entry) => entry.readUInt32LE(HANDLE_AT) !== 0)
    .map((entry) => ({
      device: entry.readInt32LE(IFINDEX_AT),
      kind: readCString(decodeAttributes(entry.subarray(TCMSG_LENGTH)).get(TCA_KIND) ?? Buffer.alloc(0)),
    }));
}
