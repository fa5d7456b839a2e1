import type { NetNamespace } from '../kernel/net-namespace.ts';
import { decodeAttributes } from './attribute.ts';
import { RtnetlinkSocket } from './socket.ts';

const NETLINK_NETFILTER = 12;
// linux/netfilter/nfnetlink.h, nf_tables.h
const NFNL_SUBSYS_NFTABLES = 10;
const NFT_MSG_GETGEN = 16;
const NFTA_GEN_ID = 1;
/** What a new namespace has (`nf_tables_init_net`); every transaction counts one on. */
const FIRST_GENERATION = 1;

/** Whether anybody has ever put nftables rules into a namespace. Costs microseconds where starting `nft` costs milliseconds. */
export function hadNftables(namespace: NetNamespace): boolean {
  let socket: RtnetlinkSocket | undefined;
  try {
    socket = namespace.run(() => new RtnetlinkSocket(NETLINK_NETFILTER));
    const body = socket.get(
      // struct nfgenmsg: family, version, resource
      { type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETGEN, flags: 0, header: Buffer.alloc(4), attributes: [] },
      { operation: 'nft list ruleset' },
    );
    const generation = decodeAttributes(body.subarray(4)).get(NFTA_GEN_ID)?.readUInt32BE(0);
    return generation !== undefined && generation > FIRST_GENERATION;
  } catch {
    // A kernel without nftables.
    return false;
  } finally {
    socket?.close();
  }
}
