import { readCString } from '../kernel/bytes.ts';
import { decodeAttributes } from './attribute.ts';
import { type Operation, raw } from './raw.ts';
import type { NetlinkSocket } from './socket.ts';

const RTM_GETNEIGHTBL = 66;
const NDTA_NAME = 1;
const NDTA_THRESH3 = 4;
const NDTA_CONFIG = 5;
const NDTA_STATS = 7;
/** Where `struct ndt_config` has its entries, and `struct ndt_stats` its table_fulls. */
const CONFIG_ENTRIES = 4;
const STATS_TABLE_FULLS = 80;

/** A neighbour table of the kernel's. All namespaces of the machine share its limit. */
export interface NeighbourTableState {
  /** `arp_cache` or `ndisc_cache`. */
  name: string;
  entries: number;
  /** `gc_thresh3`: more entries than this there cannot be. */
  limit: number;
  /** How often an entry could not be made because the table was full, since boot. */
  overflows: bigint;
}

export function listNeighbourTables(socket: NetlinkSocket, operation: Operation): NeighbourTableState[] {
  const request = { type: RTM_GETNEIGHTBL, flags: 0, header: Buffer.alloc(4), attributes: [] };
  return socket.list(raw(request, operation)).flatMap((body) => {
    const attributes = decodeAttributes(body.subarray(4));
    const [config, stats] = [attributes.get(NDTA_CONFIG), attributes.get(NDTA_STATS)];
    // The other messages of the dump are the parameters of single devices.
    if (!config || !stats) return [];
    return [
      {
        name: readCString(attributes.get(NDTA_NAME) ?? Buffer.alloc(0)),
        entries: config.readUInt32LE(CONFIG_ENTRIES),
        limit: attributes.get(NDTA_THRESH3)?.readUInt32LE(0) ?? 0,
        overflows: stats.length >= STATS_TABLE_FULLS + 8 ? stats.readBigUInt64LE(STATS_TABLE_FULLS) : 0n,
      },
    ];
  });
}
